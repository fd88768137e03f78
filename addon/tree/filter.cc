// SPDX-License-Identifier: GPL-2.0-only
// Patterns: see filter.h.
#include "filter.h"

#include <fnmatch.h>

namespace kdisk {

Filter::Pattern::Pattern(const std::string& text) : glob(text) {
  directories_only = glob.size() > 1 && glob.back() == '/';
  while (glob.size() > 1 && glob.back() == '/') glob.pop_back();
  whole_path = glob.find('/') != std::string::npos;
  if (whole_path) glob.erase(0, glob.find_first_not_of('/'));
}

bool Filter::Pattern::Matches(const std::string& path, const char* name, bool directory) const {
  if (directories_only && !directory) return false;
  return whole_path ? fnmatch(glob.c_str(), path.c_str(), FNM_PATHNAME) == 0 : fnmatch(glob.c_str(), name, 0) == 0;
}

Filter::Filter(const std::vector<std::string>& exclude, const std::vector<std::string>& include)
    : exclude_(exclude.begin(), exclude.end()), include_(include.begin(), include.end()) {}

bool Filter::Takes(const std::string& path, bool directory) const {
  const size_t slash = path.rfind('/');
  const char* const name = path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
  for (const Pattern& pattern : exclude_) {
    if (pattern.Matches(path, name, directory)) return false;
  }
  if (include_.empty() || directory) return true;
  for (const Pattern& pattern : include_) {
    if (pattern.Matches(path, name, directory)) return true;
  }
  return false;
}

}  // namespace kdisk
