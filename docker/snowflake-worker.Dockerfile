# The image that `engine: snowflake` runs in container services: `manymodel worker` and `manymodel index`, nothing else.
#
#   docker build -f docker/snowflake-worker.Dockerfile -t REPOSITORY/manymodel:TAG .
#
# Every package is the lock's, and the base is named by its full version, so that the same sources give the same image.
# NODE_IMAGE names another: a slim image of Node 22 or newer, or one by its digest.
ARG NODE_IMAGE=node:22.21.1-bookworm-slim
FROM --platform=linux/amd64 ${NODE_IMAGE} AS build
WORKDIR /build
COPY . .
RUN npm ci --ignore-scripts && node scripts/build.js
# The driver is a package that tests need and others choose: here it is needed. What stays keeps its version.
RUN npm pkg set dependencies.snowflake-sdk="$(npm pkg get devDependencies.snowflake-sdk | tr -d '"')" \
  && npm pkg delete devDependencies.snowflake-sdk && npm prune --omit=dev --ignore-scripts

FROM --platform=linux/amd64 ${NODE_IMAGE}
WORKDIR /worker
COPY --from=build /build/package.json ./
COPY --from=build /build/bin bin
COPY --from=build /build/dist dist
COPY --from=build /build/packages packages
COPY --from=build /build/node_modules node_modules
USER 1000:1000
ENTRYPOINT ["node", "bin/manymodel.js"]
