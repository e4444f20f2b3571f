#pragma once
// What makes one algorithm on points a detector on feature vectors and one on somebody's own series.
//
// An algorithm is a plain value with
//   static Descriptor describe();
//   Algorithm(const Descriptor&, std::size_t dimension, Seed);
//   double step(std::span<const double> point);   scores against what was learnt, 0 while too little is, then learns
//   void save(ByteWriter&) const;  void restore(ByteReader&);  std::uint64_t bytes() const;
// and optionally
//   std::optional<std::size_t> blamed() const;    the place that deviated most in the point scored last
//
// On telemetry a point is the residuals of the core features of an hour (detectors/features/features.hpp), and the
// score is the platform's, or the page's whose feature is blamed. On a series a point is the values of a row, and the
// seed is the same for everyone.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "detectors/common/described.hpp"
#include "detectors/features/features.hpp"

namespace dwell::detect {

/// Name, summary and paper as given, with what all learners on feature vectors have in common.
inline Descriptor learner_descriptor(std::string name, std::string summary, std::string paper) {
  Descriptor d;
  d.name = std::move(name);
  d.summary = std::move(summary);
  d.paper = std::move(paper);
  d.form = Form::features;
  d.pages = kAllPages;
  d.time_bound_ns = 100;
  return d;
}

template <class Algorithm>
class Learner final : public Described<Learner<Algorithm>, FeatureDetector> {
 public:
  Learner(const Descriptor& descriptor, const Setting& setting)
      : Described<Learner, FeatureDetector>(descriptor), algorithm_(descriptor, kCoreFeatures.size(), setting.seed) {}

  void close(const WindowInfo&, const FeatureVector& features, Scores& scores) override {
    const CorePoint point = core_residuals(features);
    const double score = algorithm_.step(point);
    scores.emit(entity(), score);
  }
  void save(ByteWriter& writer) const override { algorithm_.save(writer); }
  Status restore(ByteReader& reader) override {
    algorithm_.restore(reader);
    return this->restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + algorithm_.bytes(); }

 private:
  [[nodiscard]] Entity entity() const {
    if constexpr (requires { algorithm_.blamed(); }) {
      if (const auto blamed = algorithm_.blamed()) return feature_entity(place(kCoreFeatures[*blamed]));
    }
    return {EntityKind::platform, 0};
  }
  Algorithm algorithm_;
};

template <class Algorithm>
class LearnerSeries final : public SeriesDetector {
 public:
  LearnerSeries(const Descriptor& descriptor, std::size_t columns) : algorithm_(descriptor, columns, kSeed) {}
  double step(double, std::span<const double> values) override { return algorithm_.step(values); }

 private:
  static constexpr Seed kSeed{1};
  Algorithm algorithm_;
};

template <class Algorithm>
constexpr CatalogueEntry learner_entry() {
  return {&Algorithm::describe,
          [](const Descriptor& descriptor, const Setting& setting) -> std::unique_ptr<Detector> {
            return std::make_unique<Learner<Algorithm>>(descriptor, setting);
          },
          [](const Descriptor& descriptor, std::size_t columns) -> std::unique_ptr<SeriesDetector> {
            return std::make_unique<LearnerSeries<Algorithm>>(descriptor, columns);
          }};
}

}  // namespace dwell::detect
