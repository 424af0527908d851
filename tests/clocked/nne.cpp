// SPDX-License-Identifier: Apache-2.0
#include "tests/clocked/nne.h"

#include <stdexcept>

#include "tests/clocked/memory.h"

namespace trireme::clocked {

namespace {

// One place between two stages.
struct Slot {
  bool full = false;
};

class Engine {
 public:
  Engine(const NneJob& job, const Chip& chip, std::int64_t start)
      : chip_(chip), work_(work_of(job, chip)), sram_(chip), dram_(chip), now_(start) {
    array_.until = start + chip.nne.job_start_cycles;
  }

  std::int64_t run() {
    constexpr std::int64_t kTooLong = 50'000'000;
    for (const std::int64_t last = now_ + kTooLong; now_ < last; ++now_) {
      // 1. The start of a cycle: stages hand over to each other until nothing moves any more.
      while (step_input() || step_coefficients() || step_decoder() || step_array() || step_post() ||
             step_output()) {
      }
      if (written_ == work_.steps.size()) return now_;
      // 2. Its middle: the memories.
      sram_.step(now_);
      dram_.step(now_);
    }
    throw std::runtime_error("the clocked model does not finish");
  }

 private:
  // Where a stage stands: which step, which chunk, what it does there.
  struct Stage {
    std::size_t step = 0, chunk = 0;
    int phase = 0;
    std::int64_t until = 0;
    Memory* asked = nullptr;
  };

  bool ended(const Stage& stage) const { return stage.step == work_.steps.size(); }
  const Chunk& chunk_of(const Stage& stage) const { return work_.steps[stage.step].chunks[stage.chunk]; }
  void next_chunk(Stage& stage) {
    stage.phase = 0;
    if (++stage.chunk < work_.steps[stage.step].chunks.size()) return;
    stage.chunk = 0;
    ++stage.step;
  }

  void ask(Stage& stage, Port port, const Pieces& pieces, bool write) {
    std::uint64_t bytes = 0;
    for (const Piece& piece : pieces) bytes += piece.bytes;
    stage.asked = nullptr;
    if (bytes == 0) return;
    stage.asked = pieces.front().address >= kVipSramBase ? static_cast<Memory*>(&sram_) : &dram_;
    stage.asked->ask(port, pieces, write);
  }
  bool answered(const Stage& stage, Port port) const {
    return stage.asked == nullptr || stage.asked->done(port, now_);
  }

  // Fetch, fill the cache, hand over.
  bool step_fetch(Stage& stage, Port port, const Pieces& from, const Pieces& cache, Slot& slot) {
    switch (stage.phase) {
      case 0:
        ask(stage, port, from, false);
        break;
      case 1:
        if (!answered(stage, port)) return false;
        ask(stage, port, cache, true);
        break;
      case 2:
        if (!answered(stage, port)) return false;
        break;
      default:
        if (slot.full) return false;
        slot.full = true;
        next_chunk(stage);
        return true;
    }
    ++stage.phase;
    return true;
  }

  bool step_input() {
    if (ended(input_)) return false;
    const Chunk& chunk = chunk_of(input_);
    return step_fetch(input_, input_port, chunk.input, chunk.image_cache, fetched_input_);
  }

  bool step_coefficients() {
    if (ended(coefficients_)) return false;
    if (constants_ < 2) {  // bias and multipliers first
      if (constants_ == 0) ask(coefficients_, coefficient_port, work_.constants, false);
      if (constants_ == 1 && !answered(coefficients_, coefficient_port)) return false;
      ++constants_;
      return true;
    }
    const Chunk& chunk = chunk_of(coefficients_);
    return step_fetch(coefficients_, coefficient_port, chunk.coefficients, chunk.kernel_cache,
                      fetched_coefficients_);
  }

  bool step_decoder() {
    if (ended(decoder_)) return false;
    if (decoder_.phase == 0) {
      if (!fetched_coefficients_.full) return false;
      fetched_coefficients_.full = false;
      decoder_.until = now_ + chunk_of(decoder_).decode_cycles;
      decoder_.phase = 1;
      return true;
    }
    if (now_ < decoder_.until || decoded_.full) return false;
    decoded_.full = true;
    next_chunk(decoder_);
    return true;
  }

  bool step_array() {
    if (ended(array_) || now_ < array_.until) return false;
    switch (array_.phase) {
      case 0:  // half of the accumulators
        if (array_.chunk == 0) {
          if (accumulators_ == 0) return false;
          --accumulators_;
        }
        break;
      case 1:
        if (!fetched_input_.full) return false;
        fetched_input_.full = false;
        break;
      case 2:
        if (!decoded_.full) return false;
        decoded_.full = false;
        array_.until = now_ + chunk_of(array_).array_cycles;
        break;
      default:
        if (array_.chunk + 1 == work_.steps[array_.step].chunks.size()) {
          if (summed_.full) return false;
          summed_.full = true;
        }
        next_chunk(array_);
        return true;
    }
    ++array_.phase;
    return true;
  }

  bool step_post() {
    if (ended(post_)) return false;
    if (post_.phase == 0) {
      if (!summed_.full) return false;
      summed_.full = false;
      post_.until = now_ + work_.steps[post_.step].post_cycles;
      post_.phase = 1;
      return true;
    }
    if (post_.phase == 1) {
      if (now_ < post_.until) return false;
      ++accumulators_;
      post_.phase = 2;
      return true;
    }
    if (processed_.full) return false;
    processed_.full = true;
    post_.phase = 0;
    ++post_.step;
    return true;
  }

  bool step_output() {
    if (ended(output_)) return false;
    if (output_.phase == 0) {
      if (!processed_.full) return false;
      processed_.full = false;
      ask(output_, output_port, work_.steps[output_.step].output, true);
      output_.phase = 1;
      return true;
    }
    if (!answered(output_, output_port)) return false;
    ++written_;
    ++output_.step;
    output_.phase = 0;
    return true;
  }

  const Chip& chip_;
  Work work_;
  Sram sram_;
  Dram dram_;
  std::int64_t now_;
  Stage input_, coefficients_, decoder_, array_, post_, output_;
  Slot fetched_input_, fetched_coefficients_, decoded_, summed_, processed_;
  int constants_ = 0, accumulators_ = 2;
  std::size_t written_ = 0;
};

}  // namespace

std::int64_t finish_cycle(const NneJob& job, const Chip& chip, std::int64_t start) {
  return Engine(job, chip, start).run();
}

}  // namespace trireme::clocked
