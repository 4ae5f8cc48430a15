# The image that `engine: snowflake` runs in container services: `manymodel worker` and `manymodel index`, nothing else.
#
#   docker build --platform linux/amd64 --build-arg NODE_IMAGE=node@sha256:… -f docker/snowflake-worker.Dockerfile -t REPOSITORY/manymodel:TAG .
#
# NODE_IMAGE has no default: name a slim image of Node 22 or newer by its digest, so that the same build gives the same image.
ARG NODE_IMAGE
FROM --platform=linux/amd64 ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.js && npm pack --pack-destination /build

FROM --platform=linux/amd64 ${NODE_IMAGE}
WORKDIR /worker
COPY --from=build /build/manymodel-*.tgz ./
RUN npm install --omit=dev --ignore-scripts ./manymodel-*.tgz snowflake-sdk@3 && rm manymodel-*.tgz
USER 1000:1000
ENTRYPOINT ["node", "node_modules/manymodel/bin/manymodel.js"]
