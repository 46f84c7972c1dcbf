# The one image of web, ingest, worker, beat and migrate. What is compiled or downloaded stays in the first two stages.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt ./
# Wheels alone: to build one, pip would fetch tools that no hash pins.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
    -r requirements.txt
COPY . .
COPY --from=packages /app/node_modules node_modules
# collectstatic talks to no server; the settings only want to be complete.
RUN SECRET_KEY=only-while-building DATABASE_URL=postgresql://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules \
    && /venv/bin/python -m compileall -q .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin tollgate \
    && install -d -o tollgate -g tollgate /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER tollgate
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 TOLLGATE_DATA=/data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--workers", "2", \
     "--blocking-threads", "4", "--respawn-failed-workers", "portal.wsgi:application"]
