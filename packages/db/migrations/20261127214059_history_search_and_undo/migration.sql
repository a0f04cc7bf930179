-- DropIndex
DROP INDEX "Identification_ownerId_id_idx";

-- AlterTable
ALTER TABLE "Identification" ADD COLUMN     "deletedAt" TIMESTAMP(3),
ADD COLUMN     "search" TEXT;

-- CreateIndex
CREATE INDEX "Identification_history_idx" ON "Identification"("ownerId", "id", "deletedAt", "isPlant", "confidence", "search");

-- CreateIndex
CREATE INDEX "Identification_deleted_idx" ON "Identification"("id") WHERE ("deletedAt" IS NOT NULL);

-- CreateIndex
CREATE INDEX "Identification_unsearchable_idx" ON "Identification"("id") WHERE ("search" IS NULL);
