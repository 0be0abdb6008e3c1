export type Level = 'easy' | 'hard'
