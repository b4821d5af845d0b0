import { index, route } from '@react-router/dev/routes'

export default [index('routes/home.tsx'), route('photos/*', 'routes/photos.ts'), route('measure', 'routes/measure.ts')]
