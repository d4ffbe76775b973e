/* key_ring.c - the key file. Whatever held a key is wiped before it is given back. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypt/ring.h"

enum { WORDS_MAX = 5 };

/* Where in the file we are, for messages. */
struct place {
    const char *name;
    unsigned line;
};

struct words {
    struct text at[WORDS_MAX];
    size_t count;
};

static bool fail_line(const struct place *place, const char *what, struct error *err)
{
    return fail(err, ERROR_CONFIG, "%s line %u: %s", place->name, place->line, what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* No item has WORDS_MAX words: a line that fills them has too many. */
static struct words split(struct text line)
{
    struct text rest = text_cut(&line, '#');
    struct words words = {.count = 0};

    while (words.count < WORDS_MAX) {
        struct text *word = &words.at[words.count];
        while (rest.size > 0 && is_blank(rest.at[0])) {
            rest.at++;
            rest.size--;
        }
        *word = (struct text){rest.at, 0};
        while (word->size < rest.size && !is_blank(rest.at[word->size]))
            word->size++;
        if (word->size == 0)
            break;
        rest.at += word->size;
        rest.size -= word->size;
        words.count++;
    }
    return words;
}

static bool read_id(struct text text, uint32_t *id)
{
    uint64_t value;

    if (!text_to_u64(text, &value) || value == 0 || value > UINT32_MAX)
        return false;
    *id = (uint32_t)value;
    return true;
}

static bool read_algorithm(struct text text, enum seal_algorithm *algorithm)
{
    if (text_is(text, "aes-256-gcm"))
        *algorithm = SEAL_AES_256_GCM;
    else if (text_is(text, "sm4-ctr-hmac-sm3"))
        *algorithm = SEAL_SM4_CTR_HMAC_SM3;
    else
        return false;
    return true;
}

/* Two keys from one, so that cipher and MAC share nothing (the layout's page is seal.h). */
static bool derive(struct seal_key *key, const uint8_t data_key[DATA_KEY_SIZE],
                   struct error *err)
{
    const struct text cipher_label = TEXT("qiantong seal 1 sm4-ctr");
    const struct text mac_label = TEXT("qiantong seal 1 hmac-sm3");
    struct digest made = {{0}};
    bool ok = false;

    if (!hmac_of(DIGEST_SM3, data_key, DATA_KEY_SIZE, &cipher_label, 1, &made, err))
        goto out;
    memcpy(key->cipher_key, made.bytes, SM4_KEY_SIZE);
    if (!hmac_of(DIGEST_SM3, data_key, DATA_KEY_SIZE, &mac_label, 1, &made, err))
        goto out;
    memcpy(key->mac_key, made.bytes, DIGEST_SIZE);
    ok = true;
out:
    explicit_bzero(&made, sizeof(made));
    return ok;
}

static bool add_key(struct key_ring *ring, const struct words *words, const struct place *place,
                    struct error *err)
{
    struct seal_key *key = &ring->keys[ring->key_count];
    uint8_t data_key[DATA_KEY_SIZE];
    bool ok = true;

    if (words->count != 4)
        return fail_line(place, "key ID ALG HEX64 expected", err);
    if (ring->key_count == KEY_RING_KEYS_MAX)
        return fail_line(place, "too many keys", err);
    if (!read_id(words->at[1], &key->id))
        return fail_line(place, "an id is 1 to 4294967295", err);
    if (key_ring_has(ring, key->id))
        return fail_line(place, "this key id stands above already", err);
    if (!read_algorithm(words->at[2], &key->algorithm))
        return fail_line(place, "algorithm must be aes-256-gcm or sm4-ctr-hmac-sm3", err);
    if (!hex_decode(words->at[3], data_key, sizeof(data_key)))
        ok = fail_line(place, "a key is 64 hexadecimal digits", err);
    else if (key->algorithm == SEAL_SM4_CTR_HMAC_SM3)
        ok = derive(key, data_key, err);
    else
        memcpy(key->cipher_key, data_key, sizeof(data_key));
    explicit_bzero(data_key, sizeof(data_key));
    ring->key_count += ok;
    return ok;
}

static bool add_tag(struct key_ring *ring, const struct words *words, const struct place *place,
                    struct error *err)
{
    struct tag_key *tag = &ring->tags[ring->tag_count];

    if (words->count != 3)
        return fail_line(place, "tag ID HEX64 expected", err);
    if (ring->tag_count == KEY_RING_KEYS_MAX)
        return fail_line(place, "too many tag keys", err);
    if (!read_id(words->at[1], &tag->id))
        return fail_line(place, "an id is 1 to 4294967295", err);
    for (size_t i = 0; i < ring->tag_count; i++)
        if (ring->tags[i].id == tag->id)
            return fail_line(place, "this tag id stands above already", err);
    if (!hex_decode(words->at[2], tag->bytes, sizeof(tag->bytes)))
        return fail_line(place, "a tag key is 64 hexadecimal digits", err);
    ring->tag_count++;
    return true;
}

static bool add_lines(struct key_ring *ring, struct text text, const char *name,
                      struct error *err)
{
    struct place place = {.name = name};

    while (text.at != NULL) {
        struct words words = split(text_cut(&text, '\n'));
        bool ok = true;

        place.line++;
        if (words.count == 0)
            continue;
        if (text_is(words.at[0], "key"))
            ok = add_key(ring, &words, &place, err);
        else if (text_is(words.at[0], "tag"))
            ok = add_tag(ring, &words, &place, err);
        else
            ok = fail_line(&place, "a line begins with key, tag or #", err);
        if (!ok)
            return false;
    }
    if (ring->key_count == 0)
        return fail(err, ERROR_CONFIG, "%s holds no key", name);
    return true;
}

bool key_ring_from_text(struct text text, const char *name, struct key_ring **ring,
                        struct error *err)
{
    struct key_ring *made = calloc(1, sizeof(*made));

    *ring = NULL;
    if (made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for keys");
    made->aes_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    made->sm4_ctr = EVP_CIPHER_fetch(NULL, "SM4-CTR", NULL);
    if (made->aes_gcm == NULL || made->sm4_ctr == NULL) {
        key_ring_free(made);
        return fail(err, ERROR_CRYPTO, "OpenSSL lacks AES-256-GCM or SM4-CTR");
    }
    if (!add_lines(made, text, name, err)) {
        key_ring_free(made);
        return false;
    }
    *ring = made;
    return true;
}

static bool check_owner_and_mode(int fd, const char *path, struct error *err)
{
    struct stat facts;

    if (fstat(fd, &facts) != 0)
        return fail(err, ERROR_CONFIG, "key file %s: %s", path, strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return fail(err, ERROR_CONFIG, "key file %s is not a file", path);
    if ((facts.st_mode & 077) != 0)
        return fail(err, ERROR_CONFIG,
                    "key file %s is open to group or others (mode %03o); chmod 400 it", path,
                    (unsigned)(facts.st_mode & 0777));
    if (facts.st_uid != geteuid() && facts.st_uid != 0)
        return fail(err, ERROR_CONFIG, "key file %s belongs to another user", path);
    return true;
}

static bool read_all(int fd, char *to, size_t size_max, size_t *size)
{
    *size = 0;
    for (;;) {
        ssize_t now = read(fd, to + *size, size_max - *size);
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0)
            return now == 0;
        *size += (size_t)now;
    }
}

static bool load_open(int fd, const char *path, struct key_ring **ring, struct error *err)
{
    size_t size_max = KEY_FILE_SIZE_MAX + 1;
    char *bytes = malloc(size_max);
    size_t size = 0;
    bool ok = false;

    if (bytes == NULL)
        return fail(err, ERROR_MEMORY, "no memory for key file %s", path);
    if (!read_all(fd, bytes, size_max, &size))
        fail(err, ERROR_CONFIG, "key file %s: %s", path, strerror(errno));
    else if (size == size_max)
        fail(err, ERROR_CONFIG, "key file %s is larger than %d bytes", path, KEY_FILE_SIZE_MAX);
    else
        ok = key_ring_from_text((struct text){bytes, size}, path, ring, err);
    explicit_bzero(bytes, size_max);
    free(bytes);
    return ok;
}

bool key_ring_load(const char *path, struct key_ring **ring, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool ok;

    *ring = NULL;
    if (fd < 0)
        return fail(err, ERROR_CONFIG, "key file %s: %s", path, strerror(errno));
    ok = check_owner_and_mode(fd, path, err) && load_open(fd, path, ring, err);
    close(fd);
    return ok;
}

void key_ring_free(struct key_ring *ring)
{
    if (ring == NULL)
        return;
    EVP_CIPHER_free(ring->aes_gcm);
    EVP_CIPHER_free(ring->sm4_ctr);
    explicit_bzero(ring, sizeof(*ring));
    free(ring);
}

const struct seal_key *key_ring_find(const struct key_ring *ring, uint32_t key_id)
{
    for (size_t i = 0; i < ring->key_count; i++)
        if (ring->keys[i].id == key_id)
            return &ring->keys[i];
    return NULL;
}

bool key_ring_has(const struct key_ring *ring, uint32_t key_id)
{
    return key_ring_find(ring, key_id) != NULL;
}

uint32_t key_ring_current(const struct key_ring *ring)
{
    return ring->keys[ring->key_count - 1].id;
}

uint32_t key_ring_tag_current(const struct key_ring *ring)
{
    return ring->tag_count == 0 ? 0 : ring->tags[ring->tag_count - 1].id;
}

size_t key_ring_tag_count(const struct key_ring *ring)
{
    return ring->tag_count;
}

bool person_tag_by(const struct key_ring *ring, size_t index, struct text number,
                   uint8_t tag[PERSON_TAG_SIZE], struct error *err)
{
    struct digest made;

    CHECK(index < ring->tag_count);
    if (!hmac_of(DIGEST_SM3, ring->tags[index].bytes, DATA_KEY_SIZE, &number, 1, &made, err))
        return false;
    memcpy(tag, made.bytes, PERSON_TAG_SIZE);
    return true;
}

bool person_tag(const struct key_ring *ring, struct text number, uint8_t tag[PERSON_TAG_SIZE],
                struct error *err)
{
    if (ring->tag_count == 0)
        return fail(err, ERROR_CONFIG, "the key file holds no tag key");
    return person_tag_by(ring, ring->tag_count - 1, number, tag, err);
}
