/*
 * The client of `npm run bench`: sends uploads, or takes downloads, over a few keep-alive connections as fast as the
 * server goes. It looks at every answer. It is written in C, since one in JavaScript would be the slower of the two.
 *
 *   sender port=N block=FILE [kind=form|raw|put|get] [path=/] [connections=1] [requests=1] [size=BYTES] [prefix=f]
 *     [filename=NAME] [verify=1]
 *
 * A file is the block over and over, up to its size. `form` sends it by POST as the one file of a form, called
 * PREFIX-0000001.bin and so on, or each of them NAME. `raw` sends it by POST as it is, `put` by PUT to such a name
 * below the path. `get` takes the path, and compares every byte if `verify` says so. Prints one line of JSON; any
 * failure ends it with 1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define HEAD_SIZE 2048
#define ANSWER_SIZE (256 * 1024)
#define PIECES 64

static const char BOUNDARY[] = "----WebKitFormBoundary7MA4YWxkTrZu0gW3";

struct connection {
  int fd;
  long number;
  char head[HEAD_SIZE];
  size_t head_size;
  char tail[128];
  size_t tail_size;
  size_t sent;
  size_t total;
  int awaits_room;
  char *answer;
  size_t answer_size;
  size_t header_size;
  long long body_size;
  long long body_read;
  int chunked;
  int closes;
};

static int port = 0, connections = 1, verify = 0;
static long requests = 1, begun = 0, done = 0, reconnections = 0;
static size_t size = 0, block_size = 0;
static char *block = NULL;
static const char *kind = "form", *path = "/", *prefix = "f", *filename = NULL;
static int epoll_fd;
static unsigned long long bytes_read = 0;

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_block(const char *file) {
  struct stat status;
  int fd = open(file, O_RDONLY);
  if (fd < 0 || fstat(fd, &status) < 0) fail("%s: %s", file, strerror(errno));
  block_size = (size_t)status.st_size;
  block = malloc(block_size);
  size_t at = 0;
  while (at < block_size) {
    ssize_t count = read(fd, block + at, block_size - at);
    if (count <= 0) fail("%s: %s", file, strerror(errno));
    at += (size_t)count;
  }
  close(fd);
}

static int is_kind(const char *name) { return strcmp(kind, name) == 0; }

static void begin_request(struct connection *c) {
  char part[512] = "";
  size_t part_size = 0;
  const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";
  c->number = ++begun;
  c->tail_size = 0;
  if (is_kind("form")) {
    char name[128];
    if (filename != NULL) snprintf(name, sizeof name, "%s", filename);
    else snprintf(name, sizeof name, "%s-%07ld.bin", prefix, c->number);
    part_size = (size_t)snprintf(part, sizeof part,
      "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\n", BOUNDARY, name);
    c->tail_size = (size_t)snprintf(c->tail, sizeof c->tail, "\r\n--%s--\r\n", BOUNDARY);
  }
  int written;
  if (is_kind("get")) {
    written = snprintf(c->head, HEAD_SIZE, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", path, port);
  } else if (is_kind("put")) {
    written = snprintf(c->head, HEAD_SIZE,
      "PUT %s%s%s-%07ld.bin HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/octet-stream\r\n"
      "Content-Length: %zu\r\n\r\n", path, slash, prefix, c->number, port, size);
  } else {
    written = snprintf(c->head, HEAD_SIZE,
      "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\nContent-Type: %s%s\r\nContent-Length: %zu\r\n\r\n%s",
      path, port, is_kind("form") ? "multipart/form-data; boundary=" : "application/octet-stream",
      is_kind("form") ? BOUNDARY : "", part_size + size + c->tail_size, part);
  }
  if (written < 0 || written >= HEAD_SIZE) fail("the path is too long");
  c->head_size = (size_t)written;
  c->total = c->head_size + (is_kind("get") ? 0 : size) + c->tail_size;
  c->sent = 0;
  c->answer_size = c->header_size = 0;
  c->body_size = c->body_read = 0;
  c->chunked = c->closes = 0;
}

static void watch(struct connection *c, int operation, int awaits_room) {
  struct epoll_event event = { .events = EPOLLIN | (awaits_room ? EPOLLOUT : 0), .data.ptr = c };
  c->awaits_room = awaits_room;
  if (epoll_ctl(epoll_fd, operation, c->fd, &event) < 0) fail("epoll_ctl: %s", strerror(errno));
}

static void open_connection(struct connection *c) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
  int on = 1;
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect: %s", strerror(errno));
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  watch(c, EPOLL_CTL_ADD, 0);
}

static void send_more(struct connection *c) {
  while (c->sent < c->total) {
    struct iovec pieces[PIECES];
    size_t count = 0, at = c->sent;
    size_t payload_end = c->total - c->tail_size;
    while (at < c->total && count < PIECES) {
      struct iovec *piece = &pieces[count++];
      if (at < c->head_size) {
        piece->iov_base = c->head + at;
        piece->iov_len = c->head_size - at;
      } else if (at < payload_end) {
        size_t in_block = (at - c->head_size) % block_size;
        piece->iov_base = block + in_block;
        piece->iov_len = block_size - in_block;
        if (piece->iov_len > payload_end - at) piece->iov_len = payload_end - at;
      } else {
        piece->iov_base = c->tail + (at - payload_end);
        piece->iov_len = c->total - at;
      }
      at += piece->iov_len;
    }
    struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
    ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        if (!c->awaits_room) watch(c, EPOLL_CTL_MOD, 1);
        return;
      }
      /* The server may have sent the reason. */
      if (errno == EPIPE || errno == ECONNRESET) return;
      fail("send: %s", strerror(errno));
    }
    c->sent += (size_t)sent;
  }
  if (c->awaits_room) watch(c, EPOLL_CTL_MOD, 0);
}

static void read_header(struct connection *c) {
  char *end = memmem(c->answer, c->answer_size, "\r\n\r\n", 4);
  if (end == NULL) {
    if (c->answer_size >= 32 * 1024) fail("the header of an answer does not end");
    return;
  }
  c->header_size = (size_t)(end - c->answer) + 4;
  char header[32 * 1024];
  if (c->header_size >= sizeof header) fail("the header of an answer is too large");
  memcpy(header, c->answer, c->header_size);
  header[c->header_size] = 0;
  int status = 0;
  sscanf(header, "HTTP/1.%*d %d", &status);
  if (status < 200 || status > 299) fail("request %ld was answered:\n%.*s", c->number, (int)c->answer_size, c->answer);
  char *length = strcasestr(header, "\r\ncontent-length:");
  c->chunked = strcasestr(header, "\r\ntransfer-encoding: chunked") != NULL;
  c->closes = strcasestr(header, "\r\nconnection: close") != NULL;
  c->body_size = length == NULL ? (c->closes ? -1 : 0) : atoll(length + 17);
  c->body_read = 0;
}

static void compare(struct connection *c, const char *bytes, size_t count) {
  size_t offset = (size_t)c->body_read;
  while (count > 0) {
    size_t in_block = offset % block_size;
    size_t length = block_size - in_block < count ? block_size - in_block : count;
    if (memcmp(bytes, block + in_block, length) != 0) fail("request %ld: the bytes are not those of the file", c->number);
    bytes += length, offset += length, count -= length;
  }
}

/* True when the answer is whole. */
static int take(struct connection *c, size_t count) {
  size_t body_at = c->answer_size;
  c->answer_size += count;
  if (c->header_size == 0) {
    read_header(c);
    if (c->header_size == 0) return 0;
    body_at = c->header_size;
  }
  if (c->chunked) {
    /* Answers to uploads are short: kept whole, and their end is easily seen. */
    if (is_kind("get")) fail("a download without a length");
    return c->answer_size >= 5 && memcmp(c->answer + c->answer_size - 5, "0\r\n\r\n", 5) == 0;
  }
  size_t body = c->answer_size - body_at;
  if (verify && is_kind("get")) compare(c, c->answer + body_at, body);
  c->body_read += (long long)body;
  bytes_read += body;
  c->answer_size = c->header_size;
  if (c->body_size >= 0 && c->body_read > c->body_size) fail("request %ld: more than one answer", c->number);
  return c->body_size >= 0 && c->body_read == c->body_size;
}

static void finish(struct connection *c, int is_closed) {
  if (c->sent < c->total) fail("request %ld was answered before it was sent:\n%.*s", c->number, (int)c->answer_size, c->answer);
  if (is_kind("get") && (size_t)c->body_read != size) fail("request %ld: %lld bytes came", c->number, c->body_read);
  done++;
  if (begun >= requests) {
    close(c->fd);
    c->fd = -1;
    return;
  }
  if (is_closed || c->closes) {
    close(c->fd);
    reconnections++;
    open_connection(c);
  }
  begin_request(c);
  send_more(c);
}

static void read_more(struct connection *c) {
  for (;;) {
    if (c->answer_size >= ANSWER_SIZE - 1) fail("an answer is too large");
    ssize_t count = recv(c->fd, c->answer + c->answer_size, ANSWER_SIZE - c->answer_size, 0);
    if (count < 0) {
      if (errno == EAGAIN) return;
      if (errno == EINTR) continue;
      fail("request %ld: %s", c->number, strerror(errno));
    }
    if (count == 0) {
      if (c->header_size > 0 && c->body_size == -1 && !c->chunked) {
        finish(c, 1);
        return;
      }
      fail("request %ld: the server closed the connection before the end", c->number);
    }
    if (take(c, (size_t)count)) {
      finish(c, 0);
      return;
    }
  }
}

int main(int argc, char **argv) {
  for (int index = 1; index < argc; index++) {
    char *value = strchr(argv[index], '=');
    if (value == NULL) fail("unknown argument %s", argv[index]);
    *value++ = 0;
    const char *name = argv[index];
    if (strcmp(name, "port") == 0) port = atoi(value);
    else if (strcmp(name, "block") == 0) read_block(value);
    else if (strcmp(name, "kind") == 0) kind = value;
    else if (strcmp(name, "path") == 0) path = value;
    else if (strcmp(name, "connections") == 0) connections = atoi(value);
    else if (strcmp(name, "requests") == 0) requests = atol(value);
    else if (strcmp(name, "size") == 0) size = strtoull(value, NULL, 10);
    else if (strcmp(name, "prefix") == 0) prefix = value;
    else if (strcmp(name, "filename") == 0) filename = value;
    else if (strcmp(name, "verify") == 0) verify = atoi(value);
    else fail("unknown argument %s", name);
  }
  if (port == 0 || block == NULL) fail("port and block are needed");
  if (connections > requests) connections = (int)requests;
  epoll_fd = epoll_create1(0);
  struct connection *all = calloc((size_t)connections, sizeof *all);
  for (int index = 0; index < connections; index++) {
    all[index].answer = malloc(ANSWER_SIZE);
    open_connection(&all[index]);
  }
  double start = now();
  for (int index = 0; index < connections; index++) {
    begin_request(&all[index]);
    send_more(&all[index]);
  }
  struct epoll_event events[256];
  while (done < requests) {
    int count = epoll_wait(epoll_fd, events, 256, 30 * 1000);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("nothing has moved for half a minute, after %ld of %ld requests", done, requests);
    for (int index = 0; index < count; index++) {
      struct connection *c = events[index].data.ptr;
      if (events[index].events & EPOLLOUT) send_more(c);
      if (c->fd >= 0 && events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_more(c);
    }
  }
  double seconds = now() - start;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("{\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"bytes\":%llu,\"reconnections\":%ld}\n", seconds, cpu,
    is_kind("get") ? bytes_read : (unsigned long long)requests * size, reconnections);
  return 0;
}
