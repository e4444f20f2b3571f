// The hidden slot of a harness that computes feature vectors for all contenders that judge them.

#include "bench/run/harness.hpp"

namespace dwell::run {

/// Makes the stage where somebody takes its vectors, and says in which order slots go through a block.
void Harness::add_stage() {
  bool wanted = false;
  for (std::size_t c = 0; c < runs_.size(); ++c) wanted = wanted || takes_features(c);
  if (wanted) {
    Slot& stage = slots_.emplace_back();
    stage.descriptor = &stage_descriptor_;
    stage.views[0] = instance_of(std::make_unique<detect::FeatureStage>(stage_descriptor_));
    subscribe(stage);
    order_.push_back(slots_.size() - 1);
  }
  for (std::size_t c = 0; c < runs_.size(); ++c) order_.push_back(c);
  for (Vectors& vectors : vectors_) vectors.resize(kBlockWindows);
}

void Harness::keep_vector(const Instance& stage, View view, std::size_t k) {
  const detect::FeatureVector* const vector = static_cast<const detect::FeatureStage&>(*stage.sharded).vector();
  std::optional<detect::FeatureVector>& kept = vectors_[static_cast<std::size_t>(view)][k];
  if (vector == nullptr) {
    kept.reset();
  } else {
    kept = *vector;
  }
}

/// What the stage took, and what it threw, is that of those it serves.
void Harness::share_out_stage() {
  std::size_t served = 0;
  for (std::size_t c = 0; c < runs_.size(); ++c) served += takes_features(c) ? 1 : 0;
  for (std::size_t c = 0; c < runs_.size(); ++c) {
    if (!takes_features(c)) continue;
    runs_[c].clean_ns += stage_run_.clean_ns / static_cast<double>(served);
    if (stage_run_.crash.empty()) continue;
    runs_[c].crash = "feature stage: " + stage_run_.crash;
    slots_[c].views = {};
  }
  stage_run_.clean_ns = 0;
}

/// Views of the stage that nobody takes vectors of any more.
void Harness::leave_stage() {
  if (slots_.size() == runs_.size()) return;
  for (std::size_t view = 0; view < kViews; ++view) {
    bool taken = false;
    for (std::size_t c = 0; c < runs_.size(); ++c) taken = taken || slots_[c].views[view].features != nullptr;
    if (!taken) slots_.back().views[view] = {};
  }
}

}  // namespace dwell::run
