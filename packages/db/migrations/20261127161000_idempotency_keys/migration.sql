-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "run" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "aliveUntil" TIMESTAMP(3) NOT NULL,
    "answer" JSONB,
    "identificationId" TEXT,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "IdempotencyKey_createdAt_idx" ON "IdempotencyKey"("createdAt");

-- CreateIndex
CREATE INDEX "IdempotencyKey_identificationId_idx" ON "IdempotencyKey"("identificationId");

-- AddForeignKey
ALTER TABLE "IdempotencyKey" ADD CONSTRAINT "IdempotencyKey_identificationId_fkey" FOREIGN KEY ("identificationId") REFERENCES "Identification"("id") ON DELETE CASCADE ON UPDATE CASCADE;
