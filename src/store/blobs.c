#include "store/blobs.h"

#include "base/mem.h"
#include "store/blob_sweep.h"

#include <tandem/log.h>

#define JOB_DEADLINE_MS 30000
#define BUCKET_DEADLINE_MS (S3_TIMEOUT_MS + 10000)

struct blobs {
    struct store *store;
    struct workers *workers;
    char dir[BLOB_PATH_MAX];
    struct s3 *s3; /* NULL: none */
    struct blob_sweep *sweep;
};

struct job {
    struct worker_job job;
    struct blob_place place; /* the folder's name is copied behind the struct */
    struct s3 *s3;           /* of the place; counted */
    bool is_put;
    int rc;
    struct td_error err;
    char name[BLOB_NAME + 1];
    char *bytes;
    size_t n, max;
    void (*put)(void *arg, int rc, const char *name);
    void (*got)(void *arg, int rc, struct td_str bytes);
    void *arg;
};

static void run(struct worker_job *w) {
    struct job *j = CONTAINER_OF(w, struct job, job);
    if (j->is_put)
        j->rc = blob_place_write(&j->place, (struct td_str){j->bytes, j->n}, j->name, &j->err);
    else
        j->rc = blob_place_read(&j->place, j->name, j->max, &j->bytes, &j->n, &j->err);
}

static void done(struct worker_job *w, int rc) {
    struct job *j = CONTAINER_OF(w, struct job, job);
    bool ran = rc == TD_OK; /* else its fields may still be written */
    if (ran)
        rc = j->rc;
    if (rc != TD_OK && rc != TD_ENOTFOUND && rc != TD_ELIMIT && rc != TD_ECANCELED)
        td_log(TD_ERROR, "blobs", j->is_put ? "a file was not stored" : "a file was not read",
               "why=\"%s\"", ran ? j->err.text : td_rc_text(rc));
    if (j->is_put)
        j->put(j->arg, rc, rc == TD_OK ? j->name : "");
    else
        j->got(j->arg, rc, rc == TD_OK ? (struct td_str){j->bytes, j->n} : (struct td_str){0});
}

static void release(struct worker_job *w) {
    struct job *j = CONTAINER_OF(w, struct job, job);
    s3_unref(&j->s3);
    mem_free(j->bytes);
    mem_free(j);
}

static struct job *new_job(struct blobs *b, void *arg) {
    size_t n = strlen(b->dir) + 1;
    struct job *j = mem_alloc(sizeof *j + n);
    j->job = (struct worker_job){.run = run, .done = done, .release = release};
    memcpy(j + 1, b->dir, n);
    j->s3 = s3_ref(b->s3);
    j->place = (struct blob_place){(const char *)(j + 1), j->s3};
    j->arg = arg;
    return j;
}

static int start(struct blobs *b, struct job *j) {
    int rc = worker_start(b->workers, &j->job, b->s3 ? BUCKET_DEADLINE_MS : JOB_DEADLINE_MS);
    if (rc != TD_OK)
        release(&j->job);
    return rc;
}

int blobs_put(struct blobs *b, struct td_str bytes,
              void (*put)(void *arg, int rc, const char *name), void *arg) {
    if (bytes.n > BLOBS_MAX_BYTES)
        return TD_ELIMIT;
    struct job *j = new_job(b, arg);
    j->is_put = true;
    j->put = put;
    j->bytes = mem_dup(bytes.p, bytes.n);
    j->n = bytes.n;
    return start(b, j);
}

int blobs_get(struct blobs *b, struct td_str name, size_t max_bytes,
              void (*got)(void *arg, int rc, struct td_str bytes), void *arg) {
    if (!blob_name_ok(name))
        return TD_EINVAL;
    struct job *j = new_job(b, arg);
    j->got = got;
    j->max = max_bytes;
    memcpy(j->name, name.p, name.n);
    return start(b, j);
}

int blobs_sweep(struct blobs *b, int64_t age_s, void (*swept)(void *arg, size_t deleted),
                void *arg) {
    return blob_sweep_start(b->sweep, age_s, swept, arg);
}

void blobs_use_bucket(struct blobs *b, struct s3 *s3) {
    b->s3 = s3_ref(s3);
    blob_sweep_use_bucket(b->sweep, s3);
}

int blobs_new(struct store *s, struct workers *w, const char *dir, struct blobs **out,
              struct td_error *err) {
    *out = NULL;
    int rc = blob_file_init(dir, err);
    if (rc != TD_OK)
        return rc;
    struct blobs *b = MEM_NEW(struct blobs);
    b->store = s;
    b->workers = w;
    memcpy(b->dir, dir, strlen(dir) + 1); /* its length was checked */
    b->sweep = blob_sweep_new(s, w, b->dir);
    *out = b;
    return TD_OK;
}

void blobs_free(struct blobs **b) {
    if (!*b)
        return;
    blob_sweep_free(&(*b)->sweep);
    s3_unref(&(*b)->s3);
    mem_free(*b);
    *b = NULL;
}
