-- AlterTable
ALTER TABLE "Identification" ADD COLUMN     "confidenceSource" TEXT;
