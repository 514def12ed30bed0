"""What a worker does: claim, run, bring the outcome home under the fence, look after what others left lying."""
