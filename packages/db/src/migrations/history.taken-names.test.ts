import { expect, it } from 'vitest';
import { createdNames } from './history.ts';

it('createdNames returns the names that a migration creates, and none that it only mentions', () => {
  const sql = `
    -- CREATE TABLE "Comment" (
    CREATE TYPE "Role" AS ENUM ('user');
    CREATE TABLE IF NOT EXISTS "User" (
      "id" TEXT NOT NULL,
      CONSTRAINT "User_pkey" PRIMARY KEY ("id"),
      CONSTRAINT "User_other_fkey" FOREIGN KEY ("other") REFERENCES "Other"("id")
    );
    CREATE UNIQUE INDEX "say ""hi""" ON "User"("email");
    CREATE INDEX "User_name_idx" ON "User"("name");
    ALTER TABLE "Photo" ADD COLUMN "width" INTEGER;`;
  expect(createdNames(sql)).toEqual(['Role', 'User', 'User_pkey', 'say "hi"', 'User_name_idx']);
});
