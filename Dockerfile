# The readers' notebooks in JupyterLab:
#   docker build -t from-xor-to-digits . && docker run --rm -p 127.0.0.1:8888:8888 from-xor-to-digits
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/* \
  && useradd --create-home reader
COPY --chown=reader . /home/reader/book
USER reader
WORKDIR /home/reader/book
RUN make book
EXPOSE 8888
CMD ["make", "lab", "LAB=--ip=0.0.0.0 --no-browser"]
