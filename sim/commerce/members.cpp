#include "sim/commerce/members.hpp"

#include <algorithm>

namespace dwell::commerce {

Members::Members(const Model& model, ShardId shard) : shard_(shard.value), shards_(model.shards()) {
  const std::uint32_t last = model.ids() / shards_;
  words_.assign(last / 64 + 1, 0);
  ranks_.assign(words_.size(), 0);
  traits_.reserve(static_cast<std::size_t>(static_cast<double>(model.accounts()) / shards_ * 1.02) + 64);
  for (std::uint32_t place = 0; place <= last; ++place) {
    if (place % 64 == 0) ranks_[place / 64] = size();
    const MemberId id{place * shards_ + shard_};
    if (!model.exists(id)) continue;
    words_[place / 64] |= std::uint64_t{1} << (place % 64);
    traits_.push_back(model.population().traits(id));
    most_sessions_ = std::max(most_sessions_, traits_.back().sessions());
  }
}

}  // namespace dwell::commerce
