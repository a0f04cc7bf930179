-- AlterTable
ALTER TABLE "ProviderCopy" ADD COLUMN     "databaseId" TEXT;
