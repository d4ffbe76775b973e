/* version.h - the release, as BOOT entries and `qiantong --version` tell it. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define QIANTONG_VERSION "0.2.0"

#endif
