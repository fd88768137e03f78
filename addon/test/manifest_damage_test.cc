// SPDX-License-Identifier: GPL-2.0-only
// A damaged manifest is refused as a whole, and says where it is damaged.
#include <cerrno>
#include <cstring>

#include "../tree/manifest_reader.h"
#include "check.h"
#include "scratch_directory.h"

using namespace kdisk;
using kdisk_test::ScratchDirectory;

namespace {

void Put(const std::string& path, const std::string& text) {
  FILE* const file = fopen(path.c_str(), "w");
  CHECK(file && fwrite(text.data(), 1, text.size(), file) == text.size() && fclose(file) == 0);
}

}  // namespace

TEST(ManifestDamage) {
  const ScratchDirectory scratch;
  const std::string path = scratch.path("m");
  const std::string head = "#mtree\n# kdisk manifest 1\n", status = " mode=0644 uid=0 gid=0 time=1.000000000";
  const std::string end = "# kdisk end entries=1 written=1.000000000\n", good = "./a type=file" + status + "\n";
  const auto error = [&](const std::string& text) {
    Put(path, text);
    ManifestReader reader;
    std::string result = "taken: " + text;
    reader.Load(path, &result);
    return result;
  };
  const auto entry = [&](const std::string& line) { return error(head + "\n# by hand\n" + line + "\n" + end); };

  Put(path, head + "\n# by hand\n./a type=file sha256=abc uname=root optional" + status + "\n" + end);
  ManifestReader reader;
  std::string none;
  CHECK(reader.Load(path, &none));
  CHECK(reader.Find("a") && reader.Find("a")->metadata.status.mode == (linux_abi::kRegular | 0644));

  CHECK_CONTAINS(error(""), path + ": line 0: this is no manifest");
  CHECK_CONTAINS(error("PK\3\4"), "line 1: this is no manifest");
  CHECK_CONTAINS(error("#mtree\n# kdisk manifest 2\n"), "line 2: this manifest is not one of kdisk, or of a newer one");
  CHECK_CONTAINS(error("#mtree\n" + good + end), "line 2: ");
  CHECK_CONTAINS(error(head + good), "line 3: the end is missing");
  CHECK_CONTAINS(error(head + end), "had 1 entries when it was written, and has 0 now");
  CHECK_CONTAINS(error(head + good + "# kdisk end entries=1\n"), "line 4: the end of the manifest is damaged");
  CHECK_CONTAINS(error(head + good + end + good), "line 5: an entry after the end");
  CHECK_CONTAINS(error(head + "#kdisk atime=1.000000000\n" + good + end), "line 3: it belongs to no entry");

  for (const char* name : {"a", "/etc/passwd", "./", "./a/", "./a//b", "./..", "./a/../../b", "./a\\000b",
                           "./a\\8", "./a\\40", "../a", "./\\056\\056/b"}) {
    CHECK_CONTAINS(entry(name + std::string(" type=file") + status), "line 5: \"");
    CHECK_CONTAINS(entry("./a type=file" + status + "\n#kdisk hardlink=" + name), "line 6: \"hardlink=");
  }
  CHECK_CONTAINS(entry("./a" + status), "line 5: type is missing");
  CHECK_CONTAINS(entry("./a type=file mode=0644"), "line 5: one of mode, uid, gid and time is missing");
  CHECK_CONTAINS(entry("./a type=fifo"), "line 5: one of mode, uid, gid and time is missing");
  CHECK_CONTAINS(entry("./a type=block" + status), "line 5: device is missing");
  CHECK_CONTAINS(entry("./a type=link" + status), "line 5: link is missing");
  CHECK_CONTAINS(entry(". type=file" + status), "line 5: the top is no directory");
  CHECK_CONTAINS(entry("./a type=dir" + status + "\n#kdisk hardlink=./b"), "line 6: a directory is no hard link");
  for (const char* word : {"type=door", "mode=0698", "mode=010000", "mode=", "uid=-1", "uid=4294967296", "time=1",
                           "time=1.5", "time=9223372036854775808.000000000", "time=1.00000000x", "device=8,1",
                           "device=native,8", "size=18446744073709551616", "link=", "link=\\1"}) {
    CHECK_CONTAINS(entry("./a type=file" + status + " " + word),
                   std::string("line 5: \"") + word + "\" cannot be read");
  }
  for (const char* word : {"atime=", "btime=x", "flags=16", "flags=0x100000000", "name=a/b", "name=..", "name=",
                           "xattr.user.x=A", "xattr.user.x=AAA*", "xattr.=AAAA", "xattr.user.x=A===", "novel=1"}) {
    CHECK_CONTAINS(entry("./a type=file" + status + "\n#kdisk " + word),
                   std::string("line 6: \"") + word + "\" cannot be read");
  }
  std::string result;
  CHECK(!reader.Load(scratch.path("none"), &result) && result == scratch.path("none: ") + strerror(ENOENT));
  CHECK(!reader.Load(scratch.path(), &result) && result == scratch.path() + ": " + strerror(EISDIR));
}
