#pragma once
// Who reaches what: the segment each page belongs to, the segments keys of each use reach, the fields answers return to
// members and to those who work with their data.
// Data of a scenario; the gateway asks it at every request from outside, the truth which fields were legible.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/data_fields.hpp"
#include "sim/core/fields.hpp"
#include "sim/core/ids.hpp"

namespace dwell::protocol {

/// What a key is for. Values are those of the topic `keys`.
enum class KeyUse : std::uint8_t {
  token_signing,  ///< signs the tokens of members
  service,        ///< exports and jobs that read through the gateway
  partner,        ///< partners, who mint their own tokens
  support,        ///< the support desk
  database,       ///< opens a database; never seen at the gateway
  cloud_role      ///< a role in the cloud; never seen at the gateway
};
inline constexpr std::uint32_t kKeyUses = 6;

/// The segments that keys of one use reach; those of a use that is not listed reach none.
struct Reach {
  KeyUse key = KeyUse::token_signing;
  std::vector<Segment> segments;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.key, {"key", "", 0, 0, Tag::setting, "use of the key"});
    visit(self.segments, {"segments", "", 0, kSegments, Tag::assumption, "segments it reaches"});
  }
};

/// Where a page lies and which fields its answers return.
struct PageData {
  Page page = Page::home;
  Segment segment = Segment::inventory;
  std::vector<DataField> fields;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.page, {"page", "", 0, 0, Tag::setting, "page"});
    visit(self.segment, {"segment", "", 0, 0, Tag::assumption, "segment it belongs to"});
    visit(self.fields, {"fields", "", 0, kDataFields, Tag::assumption, "fields an answer returns"});
  }
};

/// A page as those see it who hold keys of one use: answered from their own segment, with the fields their work needs.
struct DeskView : PageData {
  KeyUse key = KeyUse::support;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.key, {"key", "", 0, 0, Tag::setting, "use of the keys whose holders see it so"});
    PageData::describe(self, visit);
  }
};

/// As in the case: a token-signing key reaches every segment of member data. The support desk reaches its own segment
/// alone, as partners reach logistics.
std::vector<Reach> usual_reach();
/// Every page as members see it, with kReturnedFields.
std::vector<PageData> usual_pages();
/// The case view of the support desk; the shipments that partners deliver and the platform's own jobs prepare.
std::vector<DeskView> usual_desks();

struct SegmentParams {
  bool on = true;
  bool zero_trust = false;
  std::vector<Reach> reach = usual_reach();
  std::vector<PageData> pages = usual_pages();
  std::vector<DeskView> desks = usual_desks();
  std::vector<DataField> removed;
  std::vector<DataField> encrypted;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "the gateway asks whether a key reaches a page's segment"});
    visit(
        self.zero_trust,
        {"zero_trust", "", 0, 0, Tag::setting,
         "one token-signing key reaches one segment of member data, drawn among those of its use; members and services "
         "are never refused, as sessions exchange their token for one of the segment; bots are"});
    visit(self.reach, {"reach", "", 0, kKeyUses, Tag::assumption, "which keys reach which segments"});
    visit(self.pages, {"pages", "", 0, kPages, Tag::assumption, "pages that differ from the usual segment and fields"});
    visit(self.desks, {"desks", "", 0, kKeyUses * kPages, Tag::assumption,
                       "pages that holders of some keys see otherwise than members do"});
    visit(self.removed,
          {"removed", "", 0, kDataFields, Tag::setting, "data minimisation: fields no page returns any more"});
    visit(self.encrypted,
          {"encrypted", "", 0, kDataFields, Tag::setting, "fields a read returns in a form nobody can read"});
  }
};

/// Fields that holders of keys of one use can read from answers of each page: what it returns to them, less what is
/// removed or encrypted. Whether they reach the page is asked of the ReachTable.
PageFields legible_fields(const SegmentParams& params, KeyUse use = KeyUse::token_signing);

/// What `reach` says, ready to be asked. Copyable, 74 bytes.
class ReachTable {
 public:
  ReachTable() : ReachTable(SegmentParams{}) {}
  explicit ReachTable(const SegmentParams& params);

  /// Whether a request under a key is let through to a page. Without a key (0) only pages without member data are.
  [[nodiscard]] bool reaches(KeyUse use, KeyId key, Page page) const;
  /// Where a page lies for those who hold keys of a use; without one, for members.
  [[nodiscard]] Segment segment_of(Page page, KeyUse use = KeyUse::token_signing) const {
    return segment_of_[static_cast<std::size_t>(use)][static_cast<std::size_t>(page)];
  }

 private:
  [[nodiscard]] std::uint8_t own_segment(KeyId key) const;

  std::array<std::uint8_t, kKeyUses> segments_{};  // by use, bit s for segment s
  std::array<std::array<Segment, kPages>, kKeyUses> segment_of_{};
  bool on_;
  bool zero_trust_;
};

}  // namespace dwell::protocol
