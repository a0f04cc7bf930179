-- CreateTable
CREATE TABLE "DatabaseIdentity" (
    "id" TEXT NOT NULL,

    CONSTRAINT "DatabaseIdentity_pkey" PRIMARY KEY ("id")
);

-- Its one row
INSERT INTO "DatabaseIdentity" ("id") VALUES (gen_random_uuid()::text);
