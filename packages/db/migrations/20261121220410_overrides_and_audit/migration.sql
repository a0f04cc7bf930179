-- CreateEnum
CREATE TYPE "CircuitAction" AS ENUM ('isolate', 'reset');

-- CreateTable
CREATE TABLE "CircuitOverride" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "action" "CircuitAction" NOT NULL,
    "reason" TEXT NOT NULL,
    "until" TIMESTAMP(3),
    "byUserId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "CircuitOverride_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "actorId" TEXT,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "requestId" TEXT,
    "address" TEXT,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "CircuitOverride_provider_endedAt_idx" ON "CircuitOverride"("provider", "endedAt");

-- CreateIndex
CREATE INDEX "CircuitOverride_byUserId_idx" ON "CircuitOverride"("byUserId");

-- CreateIndex
CREATE INDEX "AuditEntry_actorId_idx" ON "AuditEntry"("actorId");

-- AddForeignKey
ALTER TABLE "CircuitOverride" ADD CONSTRAINT "CircuitOverride_byUserId_fkey" FOREIGN KEY ("byUserId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_actorId_fkey" FOREIGN KEY ("actorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
