import { describe } from 'vitest';
import { walkTheCourse } from './whole-course.ts';

describe('the course on a large terminal', () => walkTheCourse(200, 60));
