// Memory in huge pages: where it lies, what it asks of the system, and that nothing else depends on it.

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/core/huge_pages.hpp"

using dwell::ask_for_huge_pages;
using dwell::HugePageAllocator;
using dwell::kHugePageBytes;

namespace {

std::uintptr_t place_of(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

/// Whether huge pages were asked for the memory at this address.
bool asked_for(const void* memory) {
  std::ifstream map("/proc/self/smaps");
  bool here = false;
  for (std::string line; std::getline(map, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    if (words >> std::hex >> begin >> dash >> end && dash == '-')
      here = begin <= place_of(memory) && place_of(memory) < end;
    if (here && line.starts_with("VmFlags:")) return line.find(" hg") != std::string::npos;
  }
  return false;
}

struct alignas(512) Wide {
  std::byte bytes[512];
};

}  // namespace

TEST_CASE("a large array lies on a multiple of 2 MiB, and huge pages are asked for its whole ones") {
  constexpr std::size_t kWords = 5 * kHugePageBytes / 2 / sizeof(std::uint64_t);
  std::vector<std::uint64_t, HugePageAllocator<std::uint64_t>> words(kWords);
  CHECK(place_of(words.data()) % kHugePageBytes == 0);
  if (std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) {
    CHECK(asked_for(&words[0]));
    CHECK(asked_for(&words[2 * kHugePageBytes / sizeof(std::uint64_t) - 1]));
    CHECK_FALSE(asked_for(&words[kWords - 1]));
  }
}

TEST_CASE("a small array is as any other's, with its type's alignment") {
  HugePageAllocator<std::uint64_t> words;
  HugePageAllocator<Wide> wide;
  std::uint64_t* const few = words.allocate(100);
  Wide* const some = wide.allocate(3);
  CHECK(place_of(some) % alignof(Wide) == 0);
  CHECK_FALSE(ask_for_huge_pages(few, kHugePageBytes - 1));
  words.deallocate(few, 100);
  wide.deallocate(some, 3);
}

TEST_CASE("an array that grows keeps its values") {
  std::vector<std::uint32_t, HugePageAllocator<std::uint32_t>> values;
  constexpr std::uint32_t kCount = 3 * kHugePageBytes / sizeof(std::uint32_t);
  for (std::uint32_t i = 0; i < kCount; ++i) values.push_back(i * 2654435761U);
  std::uint32_t wrong = 0;
  for (std::uint32_t i = 0; i < kCount; ++i) wrong += values[i] == i * 2654435761U ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("what the system refuses is told, and more than there can be is refused") {
  CHECK_FALSE(ask_for_huge_pages(reinterpret_cast<void*>(std::uintptr_t{1}), kHugePageBytes));
  HugePageAllocator<std::uint64_t> words;
  CHECK_THROWS_AS(words.allocate(SIZE_MAX / 4), std::bad_array_new_length);
  CHECK_THROWS_AS(HugePageAllocator<char>().allocate(SIZE_MAX), std::bad_array_new_length);
}
