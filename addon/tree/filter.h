// SPDX-License-Identifier: GPL-2.0-only
// Which entries below a source take part in a copy: --exclude and --include.
//
// A pattern is one of fnmatch(3). Without a slash it is held against the last component; with one against the whole
// path below the source, where * and ? match no slash, and a slash in front changes nothing. A slash at the end makes
// it one for directories only and does not count as a slash otherwise. A dot in front is matched by * like any byte.
//
// An entry is left out if a pattern of `exclude` matches it, a directory with all that is in it. If there are patterns
// in `include`, what is not a directory is left out too unless one of them matches it; directories are walked and made,
// so that some may be empty (as with rsync without -m). The source itself was named and is never left out.
#pragma once

#include <string>
#include <vector>

namespace kdisk {

class Filter {
 public:
  Filter(const std::vector<std::string>& exclude, const std::vector<std::string>& include);

  // Takes everything: no path needs to be made for it.
  bool trivial() const { return exclude_.empty() && include_.empty(); }
  // `path` is relative to the source, and not empty.
  bool Takes(const std::string& path, bool directory) const;

 private:
  struct Pattern {
    explicit Pattern(const std::string& text);
    bool Matches(const std::string& path, const char* name, bool directory) const;

    std::string glob;
    bool whole_path;
    bool directories_only;
  };

  std::vector<Pattern> exclude_;
  std::vector<Pattern> include_;
};

}  // namespace kdisk
