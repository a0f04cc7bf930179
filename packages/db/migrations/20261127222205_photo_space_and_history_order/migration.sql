-- DropIndex
DROP INDEX "Identification_history_idx";

-- CreateTable
CREATE TABLE "PhotoSpace" (
    "ownerId" TEXT NOT NULL,
    "bytes" BIGINT,
    "countedAt" TIMESTAMP(3),

    CONSTRAINT "PhotoSpace_pkey" PRIMARY KEY ("ownerId")
);

-- CreateIndex
CREATE INDEX "Identification_history_idx" ON "Identification"("ownerId", "id", "deletedAt", "isPlant", "confidence", "search");

-- AddForeignKey
ALTER TABLE "PhotoSpace" ADD CONSTRAINT "PhotoSpace_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
