# The server with its scenes, packs and console. Build: docker build -t koto/kotoserver .
# Two stages: the first installs what the program needs and changes rarely; the second adds the program,
# so that a new version is a small layer and a redeploy takes seconds.

FROM python:3.11-slim-bookworm AS packages
# What the image can do beyond the built-in engines; `whisper,piper` adds speech that runs in the container itself.
ARG EXTRAS=postgres,redis,s3,gemini,google
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/koto
WORKDIR /build
COPY setup.cfg pyproject.toml ./
# Installed with an empty package in the program's place, which is then taken out: the packages stay.
RUN mkdir kotoserver \
 && echo '__version__ = "0"' > kotoserver/__init__.py \
 && touch README.md LICENSE \
 && /opt/koto/bin/pip install ".[$EXTRAS]" \
 && /opt/koto/bin/pip uninstall --yes kotoserver


FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin koto \
 && install --directory --owner koto --group koto /data
COPY --from=packages /opt/koto /opt/koto
WORKDIR /srv/koto
COPY LICENSE ./
COPY scenes scenes
COPY langpacks langpacks
COPY web web
COPY kotoserver kotoserver
RUN /opt/koto/bin/python -m compileall -q kotoserver
ENV PATH=/opt/koto/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/srv/koto \
    KOTO_HOST=0.0.0.0 \
    KOTO_PORT=5000 \
    KOTO_DATA_DIR=/data \
    KOTO_LOG=json
USER koto
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as http; http.urlopen(f\"http://127.0.0.1:{os.environ['KOTO_PORT']}/health/ready\", timeout=2)"]
ENTRYPOINT ["python", "-m", "kotoserver"]
CMD ["serve"]
