// SPDX-License-Identifier: GPL-2.0-only
// Events as bytes, for JavaScript; index.d.ts describes the records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "copy_options.h"
#include "event.h"

namespace kdisk {

// 0, or a negative errno where it does not fit (a path of a hard link, an attribute), and nothing is appended.
int AppendRecord(std::vector<uint8_t>* records, const Event& event);
void AppendProblem(std::vector<uint8_t>* records, const CopyProblem& problem);

// Walks records that a program made, which may be anything.
class RecordReader {
 public:
  RecordReader(const uint8_t* records, size_t size) : at_(records), end_(records + size) {}
  // False at the end, and at bytes that are no record. Content stays where it is: it lives as long as the records.
  bool Next(Event* event);
  bool damaged() const { return damaged_; }

 private:
  bool Parse(const uint8_t* record, size_t size, Event* event);

  const uint8_t* at_;
  const uint8_t* end_;
  bool damaged_ = false;
};

}  // namespace kdisk
