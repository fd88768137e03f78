// SPDX-License-Identifier: GPL-2.0-only
// Which entries a pattern takes out of a copy.
#include "../tree/filter.h"

#include "check.h"

using namespace kdisk;

TEST(FilterWithoutPatterns) {
  const Filter filter({}, {});
  CHECK(filter.trivial());
  CHECK(filter.Takes("a", false) && filter.Takes("a/b", true));
}

TEST(FilterByName) {
  const Filter filter({"*.o", "node_modules", "[Tt]mp"}, {});
  CHECK(!filter.trivial());
  CHECK(!filter.Takes("a.o", false) && !filter.Takes("deep/down/a.o", false) && !filter.Takes(".o", false));
  CHECK(!filter.Takes("x/node_modules", true) && !filter.Takes("tmp", true));
  CHECK(filter.Takes("a.oo", false) && filter.Takes("a.o/b", false) && filter.Takes("node_modules2", true));
}

TEST(FilterByPath) {
  const Filter filter({"/build", "src/*.c", "a/b/"}, {});
  CHECK(!filter.Takes("build", true) && filter.Takes("src/build", true));
  CHECK(!filter.Takes("src/a.c", false) && filter.Takes("src/lib/a.c", false) && filter.Takes("x/src/a.c", false));
  CHECK(!filter.Takes("a/b", true) && filter.Takes("a/b", false));
}

TEST(FilterDirectoriesOnly) {
  const Filter filter({"cache/"}, {});
  CHECK(!filter.Takes("cache", true) && !filter.Takes("a/cache", true));
  CHECK(filter.Takes("cache", false) && filter.Takes("a/cache", false));
}

TEST(FilterInclude) {
  const Filter filter({"secret*"}, {"*.txt", "/keep/*"});
  CHECK(filter.Takes("a.txt", false) && filter.Takes("d/a.txt", false) && filter.Takes("keep/me", false));
  CHECK(!filter.Takes("a.bin", false) && !filter.Takes("d/keep/me", false));
  CHECK(!filter.Takes("secret.txt", false) && !filter.Takes("secret", true));
  // Walked, as something may be in it.
  CHECK(filter.Takes("d", true));
}

TEST(FilterOddPatterns) {
  CHECK(Filter({"/"}, {}).Takes("a", true));
  CHECK(!Filter({"a///"}, {}).Takes("a", true));
  CHECK(!Filter({"\\*"}, {}).Takes("*", false) && Filter({"\\*"}, {}).Takes("a", false));
  CHECK(!Filter({"*"}, {}).Takes("\xff\xfe", false));
}
