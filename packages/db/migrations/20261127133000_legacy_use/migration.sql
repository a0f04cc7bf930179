-- CreateTable
CREATE TABLE "LegacyUse" (
    "day" DATE NOT NULL,
    "path" TEXT NOT NULL,
    "client" TEXT NOT NULL,
    "writer" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "LegacyUse_pkey" PRIMARY KEY ("day","path","client","writer")
);
