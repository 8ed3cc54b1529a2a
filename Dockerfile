# The image for production: no private servers in it, so both CROSSDOCK_DATABASE_URL and CROSSDOCK_REDIS_URL
# must be set. One image, one command a container: serve, worker, scheduler, migrate.

FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml requirements.lock LICENSE ./
# The lock names every extra as well; as a constraint it gives versions and hashes to what production needs.
RUN pip install --no-cache-dir "$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)" \
 && uv venv --quiet /tools && uv pip install --quiet --python /tools/bin/python --require-hashes -c requirements.lock hatchling \
 && uv venv --quiet /opt/crossdock && uv pip install --quiet --python /opt/crossdock/bin/python --require-hashes \
      --compile-bytecode -c requirements.lock -r pyproject.toml
COPY crossdock crossdock
COPY core core
COPY schema schema
COPY plugins plugins
COPY migrations migrations
RUN /tools/bin/python -m hatchling build --target wheel \
 && uv pip install --quiet --python /opt/crossdock/bin/python --no-deps --compile-bytecode dist/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/crossdock crossdock
COPY --from=build /opt/crossdock /opt/crossdock
ENV PATH=/opt/crossdock/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CROSSDOCK_HOME=/var/lib/crossdock \
    CROSSDOCK_HOST=0.0.0.0 \
    CROSSDOCK_PORT=8000 \
    CROSSDOCK_SAMPLE=0
USER crossdock
WORKDIR /var/lib/crossdock
VOLUME /var/lib/crossdock
EXPOSE 8000
ENTRYPOINT ["crossdock"]
CMD ["serve"]
