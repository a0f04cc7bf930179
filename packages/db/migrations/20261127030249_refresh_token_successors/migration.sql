-- AlterTable
ALTER TABLE "RefreshToken" ADD COLUMN     "successorHash" TEXT;

-- Tokens that were exchanged already: the successor of each is the token of its family that was exchanged next, or the
-- one that was not exchanged yet.
UPDATE "RefreshToken" token SET "successorHash" = chain."next"
FROM (
    SELECT "hash", lead("hash") OVER (PARTITION BY "familyId" ORDER BY "spentAt" NULLS LAST) AS "next"
    FROM "RefreshToken"
) chain
WHERE chain."hash" = token."hash" AND token."spentAt" IS NOT NULL;
