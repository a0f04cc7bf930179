-- CreateTable
CREATE TABLE "ProviderCopy" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "keptUntil" TIMESTAMP(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "nextTryAt" TIMESTAMP(3),
    "failedAt" TIMESTAMP(3),

    CONSTRAINT "ProviderCopy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdentificationCopy" (
    "identificationId" TEXT NOT NULL,
    "copyId" TEXT NOT NULL,

    CONSTRAINT "IdentificationCopy_pkey" PRIMARY KEY ("identificationId","copyId")
);

-- CreateIndex
CREATE INDEX "ProviderCopy_keptUntil_idx" ON "ProviderCopy"("keptUntil");

-- CreateIndex
CREATE UNIQUE INDEX "ProviderCopy_provider_origin_token_key" ON "ProviderCopy"("provider", "origin", "token");

-- CreateIndex
CREATE INDEX "IdentificationCopy_copyId_idx" ON "IdentificationCopy"("copyId");

-- AddForeignKey
ALTER TABLE "IdentificationCopy" ADD CONSTRAINT "IdentificationCopy_identificationId_fkey" FOREIGN KEY ("identificationId") REFERENCES "Identification"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IdentificationCopy" ADD CONSTRAINT "IdentificationCopy_copyId_fkey" FOREIGN KEY ("copyId") REFERENCES "ProviderCopy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
