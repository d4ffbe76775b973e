/*
 * mapping_pattern.h - how a dialect writes dates, months and times: "yyyyMMdd", "yyyy.MM.dd",
 * "yyyy年MM月dd日", "yyyyMMddHHmmss".
 *
 * yyyy MM dd HH mm ss SSS stand for that many digits; '0' stands for a digit that we do not
 * keep (any digit is read, 0 is written); every other byte stands for itself. Times are China's
 * (+08:00). Only real dates exist (29 February, year 1900 to 2199).
 */
#ifndef WIRE_MAPPING_PATTERN_H
#define WIRE_MAPPING_PATTERN_H

#include "base/check.h"
#include "base/instant.h"
#include "base/text.h"

enum { PATTERN_SIZE_MAX = 40 };

/* Does the pattern say exactly what such a value needs? (A time may leave SSS out: the part of
 * a second is then not carried.) */
bool pattern_for_day(struct text pattern);
bool pattern_for_month(struct text pattern);
bool pattern_for_time(struct text pattern);

/* false: the text does not follow the pattern or is no real date. */
MUST_USE bool pattern_read_day(struct text pattern, struct text text, struct day *day);
MUST_USE bool pattern_read_month(struct text pattern, struct text text, struct month *month);
MUST_USE bool pattern_read_time(struct text pattern, struct text text, struct instant *time);

/* `buffer` of at least PATTERN_SIZE_MAX bytes. */
void pattern_write_day(struct text pattern, struct day day, struct buffer *buffer);
void pattern_write_month(struct text pattern, struct month month, struct buffer *buffer);
void pattern_write_time(struct text pattern, struct instant time, struct buffer *buffer);

#endif
