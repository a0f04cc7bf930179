-- CreateTable
CREATE TABLE "PhotoSpace" (
    "ownerId" TEXT NOT NULL,
    "bytes" BIGINT,
    "countedAt" TIMESTAMP(3),

    CONSTRAINT "PhotoSpace_pkey" PRIMARY KEY ("ownerId")
);

-- AddForeignKey
ALTER TABLE "PhotoSpace" ADD CONSTRAINT "PhotoSpace_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
