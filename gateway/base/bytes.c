/* bytes.c - the bounded builder, the reader and hexadecimal of text.h. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buffer buffer_over(void *memory, size_t size_max)
{
    return (struct buffer){.at = memory, .size_max = memory == NULL ? 0 : size_max};
}

void buffer_bytes(struct buffer *buffer, const void *bytes, size_t size)
{
    /* After the first thing that did not fit nothing more is taken: no holes. */
    if (buffer->overflow || size > buffer->size_max - buffer->size) {
        buffer->overflow = true;
        return;
    }
    if (size > 0)
        memcpy(buffer->at + buffer->size, bytes, size);
    buffer->size += size;
}

void buffer_text(struct buffer *buffer, struct text text)
{
    buffer_bytes(buffer, text.at, text.size);
}

void buffer_string(struct buffer *buffer, const char *nul_terminated)
{
    buffer_text(buffer, text_of(nul_terminated));
}

/* vsnprintf wants room for a NUL that we do not keep: where exactly that byte is missing, the
 * text is made elsewhere. */
__attribute__((format(printf, 2, 0))) static void
format_to_the_brim(struct buffer *buffer, const char *format, va_list arguments)
{
    char *made = NULL;
    int size = vasprintf(&made, format, arguments);

    if (size < 0) {
        buffer->overflow = true;
        return;
    }
    buffer_bytes(buffer, made, (size_t)size);
    free(made);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    size_t room = buffer->size_max - buffer->size;
    char *to = room == 0 ? NULL : (char *)buffer->at + buffer->size;
    va_list arguments;
    va_list again;
    int size;

    if (buffer->overflow)
        return;
    va_start(arguments, format);
    va_copy(again, arguments);
    size = vsnprintf(to, room, format, arguments);
    if (size < 0 || (size_t)size > room)
        buffer->overflow = true;
    else if ((size_t)size == room)
        format_to_the_brim(buffer, format, again);
    else
        buffer->size += (size_t)size;
    va_end(again);
    va_end(arguments);
}

static void put_big_endian(struct buffer *buffer, uint64_t value, size_t size)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> 8 * (size - 1 - i));
    buffer_bytes(buffer, bytes, size);
}

void buffer_u8(struct buffer *buffer, uint8_t value)
{
    put_big_endian(buffer, value, 1);
}

void buffer_u16(struct buffer *buffer, uint16_t value)
{
    put_big_endian(buffer, value, 2);
}

void buffer_u32(struct buffer *buffer, uint32_t value)
{
    put_big_endian(buffer, value, 4);
}

void buffer_u64(struct buffer *buffer, uint64_t value)
{
    put_big_endian(buffer, value, 8);
}

void buffer_i64(struct buffer *buffer, int64_t value)
{
    put_big_endian(buffer, (uint64_t)value, 8);
}

struct text buffer_as_text(const struct buffer *buffer)
{
    return (struct text){(const char *)buffer->at, buffer->size};
}

struct reader reader_over(const void *bytes, size_t size)
{
    return (struct reader){.at = bytes, .left = size};
}

struct text reader_view(struct reader *reader, size_t size)
{
    struct text view = {(const char *)reader->at, size};

    if (reader->broken || size > reader->left) {
        reader->broken = true;
        return TEXT_NONE;
    }
    if (size > 0)
        reader->at += size;
    reader->left -= size;
    return view;
}

static uint64_t take_big_endian(struct reader *reader, size_t size)
{
    struct text view = reader_view(reader, size);
    uint64_t value = 0;

    for (size_t i = 0; i < view.size; i++)
        value = value << 8 | (unsigned char)view.at[i];
    return value;
}

uint8_t reader_u8(struct reader *reader)
{
    return (uint8_t)take_big_endian(reader, 1);
}

uint16_t reader_u16(struct reader *reader)
{
    return (uint16_t)take_big_endian(reader, 2);
}

uint32_t reader_u32(struct reader *reader)
{
    return (uint32_t)take_big_endian(reader, 4);
}

uint64_t reader_u64(struct reader *reader)
{
    return take_big_endian(reader, 8);
}

int64_t reader_i64(struct reader *reader)
{
    return (int64_t)take_big_endian(reader, 8);
}

void reader_copy(struct reader *reader, void *to, size_t size)
{
    struct text view = reader_view(reader, size);

    if (size == 0)
        return;
    if (reader->broken)
        memset(to, 0, size);
    else
        memcpy(to, view.at, size);
}

void hex_encode(const void *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    for (size_t i = 0; i < size; i++) {
        *out++ = digits[from[i] >> 4];
        *out++ = digits[from[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_decode(struct text hex, void *bytes, size_t size)
{
    unsigned char *to = bytes;

    if (hex.size % 2 != 0 || hex.size / 2 != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(hex.at[2 * i]);
        int low = hex_value(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
