# The HTTP service with the model that ships. The network is needed to build, not to run.
#   docker build -t dangol .
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY nlp nlp
COPY data data
COPY models models
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    DANGOL_HOST=0.0.0.0 \
    DANGOL_PORT=8765 \
    DANGOL_DATA_DIR=/data
COPY --from=build /wheels /wheels
RUN set -- /wheels/dangol-*.whl \
    && pip install --no-cache-dir "dangol[serve,postgres] @ file://$1" \
    && rm -r /wheels \
    && useradd --uid 10001 --create-home dangol \
    && install -d -o dangol -g dangol -m 0700 /data
USER 10001
VOLUME /data
EXPOSE 8765
# Alive, not ready: a server without a model answers and says what is wrong; restarting it would not help.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"DANGOL_PORT\"]}/health/live', timeout=4)"]
# The server finishes what it accepted and puts file jobs back into the queue.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dangol"]
CMD ["serve"]
