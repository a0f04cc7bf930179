-- CreateEnum
CREATE TYPE "JobOutcome" AS ENUM ('succeeded', 'failed', 'stopped', 'lost');

-- CreateTable
CREATE TABLE "JobRun" (
    "job" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "aliveUntil" TIMESTAMP(3) NOT NULL,
    "succeededAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),
    "outcome" "JobOutcome",
    "report" TEXT,
    "waiting" INTEGER,

    CONSTRAINT "JobRun_pkey" PRIMARY KEY ("job","number")
);
