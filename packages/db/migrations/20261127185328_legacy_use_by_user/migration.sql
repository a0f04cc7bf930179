-- AlterTable
ALTER TABLE "LegacyUse" ADD COLUMN     "userId" TEXT;

-- CreateIndex
CREATE INDEX "LegacyUse_userId_idx" ON "LegacyUse"("userId");

-- AddForeignKey
ALTER TABLE "LegacyUse" ADD CONSTRAINT "LegacyUse_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
