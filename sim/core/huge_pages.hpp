#pragma once
// Memory for large arrays that are read and written all over: in pages of 2 MiB where the system has them, since with
// those of 4 KiB nearly every access to such an array waits for its page's address as well (in a virtual machine,
// twice).

#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <new>

namespace dwell {

inline constexpr std::size_t kHugePageBytes = std::size_t{1} << 21;

/// Asks for huge pages for the whole ones of `bytes` from a multiple of their size on; what is left at the end stays in
/// small pages, so that no array takes more memory than in small ones. False when the system refuses, or there is no
/// whole one: the memory is as good as without, only slower.
inline bool ask_for_huge_pages(void* memory, std::size_t bytes) {
  const std::size_t whole = bytes / kHugePageBytes * kHugePageBytes;
  return whole != 0 && madvise(memory, whole, MADV_HUGEPAGE) == 0;
}

/// For containers. From 2 MiB on what it gives lies on a multiple of 2 MiB, and huge pages are asked for; below, it is
/// operator new. Takes nothing of which it does not give back. Throws std::bad_alloc.
template <class T>
class HugePageAllocator {
 public:
  using value_type = T;
  HugePageAllocator() = default;
  template <class Other>
  explicit(false) HugePageAllocator(const HugePageAllocator<Other>&) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    // Aligned operator new rounds sizes near the greatest number up to none.
    if (count > std::size_t{std::numeric_limits<std::ptrdiff_t>::max()} / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t bytes = count * sizeof(T);
    void* const memory = ::operator new(bytes, alignment_of(bytes));
    ask_for_huge_pages(memory, bytes);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    ::operator delete(memory, bytes, alignment_of(bytes));
  }
  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

 private:
  static std::align_val_t alignment_of(std::size_t bytes) {
    constexpr std::size_t kLeast = alignof(T) > alignof(std::max_align_t) ? alignof(T) : alignof(std::max_align_t);
    return std::align_val_t{bytes < kHugePageBytes ? kLeast : kHugePageBytes};
  }
};

}  // namespace dwell
