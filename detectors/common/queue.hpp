#pragma once
// A queue that keeps its memory: what detectors let wait for some windows.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace dwell::detect {

/// Plain values in a ring of 2^n places, which doubles when it is full: what goes moves nothing that stays, and few
/// values stay on few cache lines.
template <class T>
class Queue {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Values from the front on.
  [[nodiscard]] const T& operator[](std::size_t i) const { return places_[(first_ + i) & (places_.size() - 1)]; }
  [[nodiscard]] T& operator[](std::size_t i) { return places_[(first_ + i) & (places_.size() - 1)]; }
  /// Room for `count` more values at the back, in the queue from now on: all must be written, or `drop_last` called.
  void extend(std::size_t count) {
    if (size_ + count > places_.size()) [[unlikely]]
      grow(size_ + count);
    size_ += count;
  }
  void drop_last(std::size_t count) { size_ -= count; }
  /// Takes away the first `count`.
  void drop_first(std::size_t count) {
    first_ = (first_ + count) & (places_.size() - 1);
    size_ -= count;
  }
  void clear() { first_ = size_ = 0; }
  [[nodiscard]] std::uint64_t bytes() const { return places_.capacity() * sizeof(T); }

 private:
  static constexpr std::size_t kFewestPlaces = 16;
  void grow(std::size_t least) {
    std::vector<T> places(std::bit_ceil(std::max(kFewestPlaces, least)));
    for (std::size_t i = 0; i < size_; ++i) places[i] = (*this)[i];
    places_.swap(places);
    first_ = 0;
  }

  std::vector<T> places_ = std::vector<T>(kFewestPlaces);
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace dwell::detect
