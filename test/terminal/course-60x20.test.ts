import { describe } from 'vitest';
import { walkTheCourse } from './whole-course.ts';

describe('the course on a small terminal', () => walkTheCourse(60, 20));
