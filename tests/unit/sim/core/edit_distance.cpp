#include "sim/core/edit_distance.hpp"

#include <catch2/catch.hpp>

using dwell::edit_distance;

TEST_CASE("edit distance counts slips of the finger") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("abc", "abd") == 1);
  CHECK(edit_distance("abc", "acb") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("badc", "abcd") == 2);
  CHECK(edit_distance("ca", "abc") == 3);  // no letters between swapped ones
  CHECK(edit_distance("xabcy", "yacbx") == 3);
}
