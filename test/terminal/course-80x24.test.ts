import { describe } from 'vitest';
import { walkTheCourse } from './whole-course.ts';

describe('the course on a common terminal', () => walkTheCourse(80, 24));
