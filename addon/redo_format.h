// SPDX-License-Identifier: GPL-2.0-only
// The file IMAGE.kdisk-redo: what an image will hold when all of it is written, and what it held before.
//
// Header, then records: each with a CRC of every sector (512 bytes) of its range as it was, and the new bytes. So the
// journal is known by content to be the image's: each sector must be the old or the new one. Little-endian.
#pragma once

#include <cstdint>

namespace kdisk {
namespace redo {

constexpr char kMagic[8] = {'K', 'D', 'I', 'S', 'K', 'R', 'D', 'O'};
constexpr uint32_t kVersion = 1;
constexpr uint64_t kSector = 512;
// Bytes of the image that one record is about, at most: what is held in memory at once.
constexpr uint64_t kMostBytes = 1 << 20;

struct Header {
  char magic[8];
  uint32_t version;
  // CRC-32C of the header with zero here.
  uint32_t crc;
  uint64_t image_size;
  uint64_t records;
  // Bytes of the whole journal.
  uint64_t length;
  uint64_t reserved[3];
};
static_assert(sizeof(Header) == 64, "the journal's layout is fixed");

enum Kind : uint32_t {
  kData = 1,
  // To be zeroes that take no room.
  kZeroes = 2,
  // Not to be changed: the superblocks, which any other program that writes to the image would change.
  kWitness = 3,
};

struct Record {
  uint32_t kind;
  // CRC-32C of this with zero here, the sectors' CRCs and the data.
  uint32_t crc;
  uint64_t offset;
  uint64_t length;
  uint64_t reserved;
};
static_assert(sizeof(Record) == 32, "the journal's layout is fixed");

}  // namespace redo
}  // namespace kdisk
