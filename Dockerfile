# The app for production, with its dependencies. docs/containers.md says how to build, start and update it.

FROM node:24.21.0-bookworm-slim AS build
ENV CI=true NEXT_TELEMETRY_DISABLED=1 pnpm_config_store_dir=/pnpm/store
RUN npm install --global pnpm@12.21.0
WORKDIR /app
COPY . .
RUN --mount=type=cache,id=pnpm,target=/pnpm/store \
    pnpm install --frozen-lockfile --filter "@plantcommunity/web..." --filter "@plantcommunity/tools..."
RUN pnpm --filter @plantcommunity/db generate
RUN pnpm --filter @plantcommunity/web exec next build
# Replaces the dependencies by those that run in production.
RUN --mount=type=cache,id=pnpm,target=/pnpm/store \
    rm -rf apps/web/.next/cache node_modules apps/*/node_modules packages/*/node_modules tools/node_modules \
    && pnpm install --prod --frozen-lockfile --prefer-offline \
      --filter "@plantcommunity/web..." --filter "@plantcommunity/tools..."

FROM node:24.21.0-bookworm-slim
# UV_THREADPOOL_SIZE: one thread for each decode, of which there is one a core, and six for files and DNS: up to 26 cores.
# MALLOC_ARENA_MAX: by default each of these threads keeps memory that it has freed.
ENV NODE_ENV=production APP_ENV=production DATA_DIR=/data NEXT_TELEMETRY_DISABLED=1 UV_THREADPOOL_SIZE=32 MALLOC_ARENA_MAX=2
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
# Root owns the files, so the app can write to its volume alone.
COPY --from=build /app /app
WORKDIR /app/apps/web
USER 10001:10001
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://localhost:${process.env.PORT || 3000}/api/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The server itself is process 1: it ends on SIGTERM after the requests in flight. The options of the collector are those
# of npm start.
CMD ["node", "--external-memory-accounted-in-global-limit", "--initial-old-space-size=128", "server.ts"]
