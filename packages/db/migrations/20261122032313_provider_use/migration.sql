-- CreateTable
CREATE TABLE "ProviderUse" (
    "provider" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "writer" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "ProviderUse_pkey" PRIMARY KEY ("provider","day","writer")
);
