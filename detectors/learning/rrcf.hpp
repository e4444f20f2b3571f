#pragma once
// Robust random cut forest (Guha, Mishra, Roy and Schrijvers 2016): T trees over a window of the last n points, each
// cut by draws of its own (random_cut_tree.hpp).
//   score of x = mean over trees of its co-displacement, when x has taken the place of the oldest point
// As the paper has it the point is in the trees when it is scored: what is learnt is the trees' shape, and against that
// the point is judged. The paper samples a stream by reservoirs; a window of the last n points instead makes all trees
// hold the same points, which then lie in memory once, and forgets at a known time. Shingles are one point long, since
// points are vectors already. Nothing is scored while fewer than n / 4 points are held.
//
// A point is taken relative to the first one and rounded to single precision, so it is told apart from others within
// 6e-8 of its distance from the first; farther than 1e30 from that is 1e30. Neither changes what the forest sees
// otherwise: cuts ask for differences alone.
//
// Defaults: T 100, n 256. On telemetry: hourly residuals of 16 features, so the window lasts 10.7 days; tier T0. Cost:
// T paths twice, much of it waiting for memory, as a study's other contenders have the cache meanwhile.
// State: T n (128 ⌈d / 16⌉ + 24) bytes, in whole huge pages from 2 MiB on: 4.2 MB for up to 16 features, at any scale.
// Check: co-displacement equal to what removing subtrees does to depths in plain trees.

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "detectors/learning/random_cut_tree.hpp"
#include "sim/core/huge_pages.hpp"

namespace dwell::detect {

/// Trees of one size in one block of memory: a step goes all over it, so from 2 MiB on it is made of whole huge pages.
class RandomCutTrees {
 public:
  RandomCutTrees(std::size_t trees, std::size_t capacity, std::size_t dimension);
  RandomCutTrees(const RandomCutTrees& other);
  RandomCutTrees& operator=(const RandomCutTrees&) = delete;

  [[nodiscard]] std::span<RandomCutTree> all() { return trees_; }
  [[nodiscard]] std::span<const RandomCutTree> all() const { return trees_; }
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  std::vector<Lanes, HugePageAllocator<Lanes>> memory_;
  std::pmr::monotonic_buffer_resource parts_;  // of it
  std::vector<RandomCutTree> trees_;
};

class RandomCutForest {
 public:
  static Descriptor describe();
  RandomCutForest(const Descriptor& descriptor, std::size_t dimension, Seed seed);

  double step(std::span<const double> point);

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  void put(std::span<const double> point, std::size_t place);

  std::size_t dimension_;
  RoundKeys keys_;
  std::uint32_t window_;
  std::vector<double> origin_;  // the first point; empty until then
  std::vector<Lanes> points_;   // relative to it, by place; the oldest is replaced
  std::uint64_t seen_ = 0;
  RandomCutTrees trees_;
};

extern const CatalogueEntry rrcf_entry;

}  // namespace dwell::detect
