# The server with its scenes, packs and console. Build: docker build -t koto/kotoserver .
# Two stages: the first installs what the program needs and changes rarely; the second adds the program,
# so that a new version is a small layer and a redeploy takes seconds. No compiler, no pip and no package index
# comes with it: packages are taken as wheels or not at all.

# Debian 12 with Python 3.11; another mirror's name, or a digest, may stand here.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS packages
# What the image can do beyond the built-in engines: `cloud` is Postgres, Redis, S3, Gemini and Google's ears and
# voices; `cloud,whisper,piper` adds speech that runs in the container itself. Graphics cards: ops/gpu/Dockerfile.
ARG EXTRAS=cloud
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN apt-get update \
 && apt-get install --yes --no-install-recommends binutils \
 && python -m venv /opt/koto
WORKDIR /build
COPY setup.cfg pyproject.toml ops/image/finish.py ./
# Installed with an empty package in the program's place, which is then taken out with the installer: the packages
# stay. The data of the morphological analyser is published as an archive alone, with nothing in it to compile.
# What pip fetched is kept between builds, outside the image. What goes is a quarter of it all: packages' own tests, what
# one would compile against them, type stubs, a dictionary that is never loaded, the languages that the built-in voice
# does not speak, the symbols of libraries for debuggers and linkers, and the caches of modules that nobody imports.
# numpy's linear algebra keeps its symbols: it does not load without them, which finish.py would notice.
RUN --mount=type=cache,target=/root/.cache/pip \
    mkdir kotoserver \
 && echo '__version__ = "0"' > kotoserver/__init__.py \
 && touch README.md LICENSE \
 && /opt/koto/bin/python -m pip install --no-compile --only-binary :all: --no-binary kiwipiepy_model ".[$EXTRAS]" \
 && /opt/koto/bin/python -m pip uninstall --yes kotoserver setuptools pip \
 && cd /opt/koto/lib/python3.11/site-packages \
 && rm -r kiwipiepy_model/multi.dict \
 && find . -type d \( -name tests -o -name SelfTest -o -name __pycache__ \) -prune -exec rm -r {} + \
 && find . -regex '.*\.\(pyi\|pyx\|pxd\|c\|h\|a\|proto\)' -delete \
 && find espeakng_loader/espeak-ng-data -name '*_dict' ! -name ko_dict ! -name en_dict -delete \
 && find . -name '*.so*' ! -path './numpy.libs/*' -exec strip --strip-unneeded {} + \
 && /opt/koto/bin/python /build/finish.py


FROM ${BASE}
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin koto \
 && install --directory --owner koto --group koto /data
COPY --from=packages /opt/koto /opt/koto
WORKDIR /srv/koto
COPY LICENSE ./
# Folders of their own, so that an operator's may be mounted over them.
COPY scenes scenes
COPY langpacks langpacks
COPY web web
COPY kotoserver kotoserver
RUN python -m compileall -q kotoserver
ENV PATH=/opt/koto/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/srv/koto \
    KOTO_HOST=0.0.0.0 \
    KOTO_PORT=5000 \
    KOTO_DATA_DIR=/data \
    KOTO_LOG=json
USER koto
VOLUME /data
EXPOSE 5000
# Told to stop, the server goes on for KOTO_DRAIN_SECONDS, sends its sockets elsewhere and finishes what it has.
STOPSIGNAL SIGTERM
# A start that takes long is no illness: on a machine that has much else to do it may take a minute.
HEALTHCHECK --interval=5s --timeout=3s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as http; http.urlopen(f\"http://127.0.0.1:{os.environ['KOTO_PORT']}/health/ready\", timeout=2)"]
ENTRYPOINT ["python", "-m", "kotoserver"]
CMD ["serve"]
