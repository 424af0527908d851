// SPDX-License-Identifier: Apache-2.0
#include "timing/dram/controller.h"

#include <algorithm>
#include <iterator>

namespace trireme {

DramController::DramController(const DramClocks& clocks, const DramPolicy& policy)
    : clocks_(clocks), policy_(policy), banks_(clocks), next_refresh_(clocks.refi) {
  reads_.reserve(static_cast<std::size_t>(policy.queue));
  writes_.reserve(static_cast<std::size_t>(policy.queue));
}

void DramController::push(const DramRequest& request) {
  auto place = arriving_.end();
  while (place != arriving_.begin() && std::prev(place)->arrival > request.arrival) --place;
  arriving_.insert(place, request);
}

// Requests enter their queues in order of arrival; one whose queue is full holds up those behind it.
bool DramController::admit_one(DramClock until) {
  if (arriving_.empty() || arriving_.front().arrival > until) return false;
  Queue& queue = arriving_.front().run.write ? writes_ : reads_;
  if (queue.size() == static_cast<std::size_t>(policy_.queue)) return false;
  const DramRun& run = arriving_.front().run;
  settled_[run.write ? 1 : 0] = settled_[run.write ? 1 : 0] && banks_.is_open(run);
  queue.push_back(arriving_.front());
  arriving_.pop_front();
  return true;
}

DramClock DramController::next_time() {
  for (;;) {
    // 1. The best command for those who are there.
    if (!decided_) {
      if (reads_.empty() && writes_.empty()) {
        if (arriving_.empty()) return kNever;
        admit_one(arriving_.front().arrival);
      }
      decision_ = choose();
      decided_ = true;
    }
    // 2. Who arrives until it goes has a say.
    if (arriving_.empty()) return decision_.at;
    const DramRun newest = arriving_.front().run;
    if (!admit_one(decision_.at)) return decision_.at;
    decided_ = stands_against(newest);
  }
}

// Whether the decision is the same with one more request, the youngest: of the other direction, it matters if
// the bus turns; with its row open, it cannot go earlier than a run that goes as soon as any can.
bool DramController::stands_against(const DramRun& newest) const {
  if (decision_.command == DramCommand::refresh || choose_direction() != decision_.write) return false;
  if (newest.write != decision_.write) return true;
  const bool is_run = decision_.command == DramCommand::read || decision_.command == DramCommand::write;
  return is_run && decision_.at <= std::max(now_, banks_.run_bound(newest.write)) && banks_.is_open(newest);
}

bool DramController::waited_too_long(const Queue& queue) const {
  return !queue.empty() && now_ - queue.front().arrival > policy_.max_wait;
}

// The bus changes direction in batches: writes gather until three quarters of their queue are full or the
// oldest has waited too long, and go until a quarter is left. While both wait, no batch is longer than three
// quarters of a queue.
bool DramController::choose_direction() const {
  if (reads_.empty() || writes_.empty()) return reads_.empty();
  const std::size_t high = std::max<std::size_t>(1, static_cast<std::size_t>(policy_.queue) * 3 / 4);
  const std::size_t low = static_cast<std::size_t>(policy_.queue) / 4;
  const bool batch_over = batch_ >= high;
  if (draining_) return !batch_over && writes_.size() > low;
  return batch_over && (writes_.size() >= high || waited_too_long(writes_));
}

namespace {
bool stands_in_the_way(const DramRun& younger, const DramRun& oldest) {
  const int pair = younger.banks == 2 || oldest.banks == 2 ? ~1 : ~0;
  return (younger.bank & pair) == (oldest.bank & pair) && younger.row != oldest.row;
}
}  // namespace

// A row has to be opened for this request: activate a closed bank, or close the wrong row. The oldest request
// of a bank decides (`taken` are the banks that older ones have).
void DramController::consider_opening(const DramRequest& request, std::size_t index, std::uint32_t& taken,
                                      Decision& best) const {
  for (int i = 0; i < request.run.banks; ++i) {
    const int bank = request.run.bank ^ i;
    const std::uint32_t bit = 1U << bank;
    const std::int64_t open = banks_.open_row(bank);
    if (open == request.run.row || (taken & bit) != 0) continue;
    taken |= bit;
    const DramClock from = std::max(now_, request.arrival);
    const DramClock at =
        open < 0 ? banks_.earliest_activate(bank, from) : banks_.earliest_precharge(bank, from);
    if (at >= best.at) continue;
    best = {at, open < 0 ? DramCommand::activate : DramCommand::precharge, bank, index, request.run.write,
            -1};
  }
}

DramController::Decision DramController::choose() {
  const bool write = choose_direction();
  const Queue& queue = write ? writes_ : reads_;
  Decision best;
  const DramClock bound = std::max(now_, banks_.run_bound(write));
  // 0. With all rows open the oldest goes, if none can go earlier.
  if (settled_[write ? 1 : 0] && bound < next_refresh_) {
    const DramRequest& oldest = queue.front();
    if (banks_.earliest_run(oldest.run, std::max(now_, oldest.arrival)) <= bound)
      return {bound, write ? DramCommand::write : DramCommand::read, oldest.run.bank, 0, write, -1};
  }
  // 1. First ready: of the requests whose row is open the earliest, of equals the oldest. If that has waited
  // too long, its banks are its alone: no younger one may keep another row open in them.
  const bool late = waited_too_long(queue);
  std::uint32_t taken = 0;   // banks whose open row is still wanted
  std::uint64_t closed = 0;  // requests that need a row opened
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const DramRequest& request = queue[i];
    if (late && i > 0 && stands_in_the_way(request.run, queue.front().run)) continue;
    if (!banks_.is_open(request.run)) {
      closed |= std::uint64_t{1} << i;
      // With one of its two banks open, that one waits for the other.
      if (banks_.open_row(request.run.bank) == request.run.row) taken |= 1U << request.run.bank;
      if (request.run.banks == 2 && banks_.open_row(request.run.bank ^ 1) == request.run.row)
        taken |= 1U << (request.run.bank ^ 1);
      continue;
    }
    taken |= request.run.banks == 2 ? 3U << (request.run.bank & ~1) : 1U << request.run.bank;
    if (best.at <= bound) continue;
    const DramClock at = banks_.earliest_run(request.run, std::max(now_, request.arrival));
    if (at < best.at)
      best = {at, write ? DramCommand::write : DramCommand::read, request.run.bank, i, write, -1};
  }
  // 2. In its shadow, rows for the others; never a row away from a request that can use it.
  for (std::size_t i = 0; closed >> i != 0; ++i) {
    if ((closed >> i & 1) != 0) consider_opening(queue[i], i, taken, best);
  }
  settled_[write ? 1 : 0] = closed == 0 && !late;
  // 3. A refresh that falls due comes first.
  return best.at >= next_refresh_ ? refresh_decision() : best;
}

DramController::Decision DramController::refresh_decision() const {
  Decision decision;
  decision.command = DramCommand::refresh;
  decision.at = banks_.earliest_refresh(std::max(now_, next_refresh_), decision.precharge);
  return decision;
}

void DramController::note(DramClock at, DramCommand command, int bank, std::int64_t row) {
  if (trace_ != nullptr) trace_->push_back({at, command, bank, row});
}

DramController::Done DramController::finish_run(const Decision& decision) {
  Queue& queue = decision.write ? writes_ : reads_;
  const DramRequest request = queue[decision.index];
  queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(decision.index));
  batch_ = draining_ == decision.write ? batch_ + 1 : 1;
  draining_ = decision.write;
  banks_.run(request.run, decision.at);
  const int spacing = banks_.spacing(request.run);
  for (int i = 0; trace_ != nullptr && i < request.run.columns; ++i) {
    const int bank = request.run.banks == 2 ? request.run.bank ^ (i & 1) : request.run.bank;
    note(decision.at + DramClock{i} * spacing, decision.command, bank, request.run.row);
  }
  const DramClock last = decision.at + DramClock{request.run.columns - 1} * spacing;
  const int latency = decision.write ? clocks_.write_latency : clocks_.read_latency;
  return {true, request.tag, last + latency + clocks_.burst};
}

DramController::Done DramController::step() {
  next_time();
  const Decision decision = decision_;
  decided_ = false;
  now_ = decision.at;
  const Queue& queue = decision.write ? writes_ : reads_;
  const bool is_run = decision.command == DramCommand::read || decision.command == DramCommand::write;
  if (!is_run) settled_[0] = settled_[1] = false;
  switch (decision.command) {
    case DramCommand::activate:
      banks_.activate(decision.bank, queue[decision.index].run.row, decision.at);
      note(decision.at, decision.command, decision.bank, queue[decision.index].run.row);
      return {};
    case DramCommand::precharge:
      banks_.precharge(decision.bank, decision.at);
      note(decision.at, decision.command, decision.bank, -1);
      return {};
    case DramCommand::refresh:
      if (decision.precharge >= 0) note(decision.precharge, DramCommand::precharge_all, -1, -1);
      note(decision.at, decision.command, -1, -1);
      banks_.refresh(decision.precharge, decision.at);
      next_refresh_ += clocks_.refi;
      return {};
    default:
      return finish_run(decision);
  }
}

void DramController::refresh_until(DramClock clock) {
  while (reads_.empty() && writes_.empty() && arriving_.empty() && next_refresh_ <= clock) {
    decision_ = refresh_decision();
    decided_ = true;
    step();
  }
}

}  // namespace trireme
