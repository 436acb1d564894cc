# A small CPU image: docker build -t modelwright . && docker run -p 8501:8501 -v modelwright:/data modelwright
# Not covered by the tests. It has no login: put it behind something that has one, or publish it to 127.0.0.1 only.
FROM python:3.12-slim

WORKDIR /app
COPY pyproject.toml requirements.lock README.md LICENSE ./
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements.lock
COPY app app
COPY engine engine
COPY sample_data sample_data
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
 && useradd --create-home modelwright \
 && install -d -o modelwright /data

USER modelwright
ENV MODELWRIGHT_WORKSPACE=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
CMD ["modelwright", "app", "--host", "0.0.0.0", "--port", "8501"]
