-- AlterTable
ALTER TABLE "DatabaseIdentity" ADD COLUMN     "place" TEXT;
