#pragma once
// A small classification tree with splits on quantile bins, and the area under the ROC curve of its scores.

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace dwell::run::test {

/// Named features by column, and what each row is.
struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;
  std::vector<std::uint8_t> positive;
  std::vector<std::uint8_t> held_out;
  [[nodiscard]] std::size_t rows() const { return positive.size(); }
};

/// Learns from the rows that are not held out; classes weigh alike (Breiman et al. 1984, Gini impurity).
class DecisionTree {
 public:
  static constexpr int kDepth = 6;
  static constexpr std::size_t kBins = 64;
  static constexpr double kLeastRows = 200;

  explicit DecisionTree(const Table& table) : table_(table) {
    bin();
    std::array<double, 2> count{};
    std::vector<std::uint32_t> train;
    for (std::uint32_t i = 0; i < table.rows(); ++i) {
      if (table.held_out[i] != 0) continue;
      train.push_back(i);
      ++count[table.positive[i]];
    }
    for (std::size_t c = 0; c < 2; ++c) weight_[c] = count[c] > 0 ? 1 / count[c] : 0;
    score_.assign(table.rows(), 0);
    std::vector<std::uint32_t> test;
    for (std::uint32_t i = 0; i < table.rows(); ++i) {
      if (table.held_out[i] != 0) test.push_back(i);
    }
    grow(train, test, kDepth);
  }

  /// Of the held-out rows, ties counted half.
  [[nodiscard]] double auc() const {
    std::vector<std::pair<double, std::uint8_t>> scored;
    for (std::size_t i = 0; i < table_.rows(); ++i) {
      if (table_.held_out[i] != 0) scored.emplace_back(score_[i], table_.positive[i]);
    }
    std::sort(scored.begin(), scored.end());
    double below = 0;
    double sum = 0;
    double positives = 0;
    for (std::size_t i = 0; i < scored.size();) {
      std::array<double, 2> here{};
      const double value = scored[i].first;
      for (; i < scored.size() && scored[i].first == value; ++i) ++here[scored[i].second];
      sum += here[1] * (below + here[0] / 2);
      below += here[0];
      positives += here[1];
    }
    return sum / (positives * below);
  }

  /// The splits, those that separate most first: for the message of a test that fails.
  [[nodiscard]] std::string splits() const {
    auto sorted = splits_;
    std::sort(sorted.rbegin(), sorted.rend());
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(6, sorted.size()); ++i)
      text += sorted[i].second + " (gain " + std::to_string(sorted[i].first) + ")\n";
    return text;
  }

 private:
  void bin() {
    for (const auto& column : table_.columns) {
      std::vector<double> sample;
      for (std::size_t i = 0; i < column.size(); i += 1 + column.size() / 20'000) sample.push_back(column[i]);
      std::sort(sample.begin(), sample.end());
      std::vector<double> edges;
      for (std::size_t b = 1; b < kBins; ++b) edges.push_back(sample[b * sample.size() / kBins]);
      edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
      std::vector<std::uint8_t> bins;
      for (const double value : column)
        bins.push_back(static_cast<std::uint8_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin()));
      bins_.push_back(std::move(bins));
      edges_.push_back(std::move(edges));
    }
  }

  static double impurity(double a, double b) { return a + b > 0 ? 2 * a * b / (a + b) : 0; }

  void grow(const std::vector<std::uint32_t>& train, const std::vector<std::uint32_t>& test, int depth) {
    std::array<double, 2> total{};
    for (const std::uint32_t i : train) total[table_.positive[i]] += weight_[table_.positive[i]];
    for (const std::uint32_t i : test) score_[i] = total[1] / std::max(1e-300, total[0] + total[1]);
    if (depth == 0 || static_cast<double>(train.size()) < 2 * kLeastRows) return;
    double best = 1e-9;
    std::size_t feature = bins_.size();
    std::size_t at = 0;
    for (std::size_t f = 0; f < bins_.size(); ++f) {
      std::array<std::array<double, 3>, kBins> bins{};
      for (const std::uint32_t i : train) {
        auto& cell = bins[bins_[f][i]];
        cell[table_.positive[i]] += weight_[table_.positive[i]];
        ++cell[2];
      }
      std::array<double, 3> left{};
      for (std::size_t b = 0; b + 1 < kBins; ++b) {
        for (std::size_t k = 0; k < 3; ++k) left[k] += bins[b][k];
        if (left[2] < kLeastRows || static_cast<double>(train.size()) - left[2] < kLeastRows) continue;
        const double gain = impurity(total[0], total[1]) - impurity(left[0], left[1]) -
                            impurity(total[0] - left[0], total[1] - left[1]);
        if (gain > best) {
          best = gain;
          feature = f;
          at = b;
        }
      }
    }
    if (feature == bins_.size()) return;
    splits_.emplace_back(best, table_.names[feature] + " < " + std::to_string(edges_[feature][at]));
    const auto part = [&](const std::vector<std::uint32_t>& rows, bool low) {
      std::vector<std::uint32_t> chosen;
      for (const std::uint32_t i : rows) {
        if ((bins_[feature][i] <= at) == low) chosen.push_back(i);
      }
      return chosen;
    };
    grow(part(train, true), part(test, true), depth - 1);
    grow(part(train, false), part(test, false), depth - 1);
  }

  const Table& table_;
  std::vector<std::vector<std::uint8_t>> bins_;
  std::vector<std::vector<double>> edges_;
  std::array<double, 2> weight_{};
  std::vector<double> score_;
  std::vector<std::pair<double, std::string>> splits_;
};

}  // namespace dwell::run::test
