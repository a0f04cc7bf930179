-- CreateEnum
CREATE TYPE "FeedbackRating" AS ENUM ('right', 'not_this', 'it_is');

-- CreateTable
CREATE TABLE "Feedback" (
    "identificationId" TEXT NOT NULL,
    "rating" "FeedbackRating" NOT NULL,
    "name" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "sentAt" TIMESTAMP(3),
    "tries" INTEGER NOT NULL DEFAULT 0,
    "nextTryAt" TIMESTAMP(3),
    "failedAt" TIMESTAMP(3),

    CONSTRAINT "Feedback_pkey" PRIMARY KEY ("identificationId")
);

-- CreateIndex
CREATE INDEX "Feedback_nextTryAt_idx" ON "Feedback"("nextTryAt");

-- AddForeignKey
ALTER TABLE "Feedback" ADD CONSTRAINT "Feedback_identificationId_fkey" FOREIGN KEY ("identificationId") REFERENCES "Identification"("id") ON DELETE CASCADE ON UPDATE CASCADE;
