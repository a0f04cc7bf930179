import { expect, it } from 'vitest';
import { mediaTypeContradicts } from './declaration.ts';

it.each([
  '',
  ';',
  ' ; charset=binary',
  'image/jpeg',
  'IMAGE/JPEG; charset=binary',
  'image/jpg',
  'image/pjpeg',
  'application/jpg',
  'image/*',
  '*/*',
  '*',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/x-octet-stream',
  'binary/octet-stream',
  'application/unknown',
  'unknown/unknown',
  'application/force-download',
  'application/*',
  'image',
  'image/',
  '/jpeg',
  'jpg',
  'photo/jpeg',
  'image/jpeg, image/jpeg',
  'image/heic',
  'image/heif',
  'image/heic-sequence',
  'image/avif',
  'image/tiff',
  'image/bmp',
  'image/x-adobe-dng',
  'image/x-unheard-of',
])('takes a JPEG declared as "%s"', (mediaType) => {
  expect(mediaTypeContradicts(mediaType, 'jpeg')).toBe(false);
});

it.each([
  'image/png',
  'image/x-png',
  'image/apng',
  'IMAGE/PNG; q=1',
  'image/webp',
  'image/gif',
  'application/png',
  'image/svg+xml',
  'image/svg',
  'text/html',
  'text/html; charset=utf-8',
  'text/plain',
  'application/pdf',
  'application/json',
  'application/xhtml+xml',
  'application/zip',
  'application/javascript',
  'application/x-httpd-php',
  'application/x-msdownload',
  'application/x-www-form-urlencoded',
  'video/mp4',
  'audio/mpeg',
  'font/woff2',
  'message/rfc822',
  'multipart/mixed',
  'multipart/related',
  'multipart/*',
])('refuses a JPEG declared as "%s"', (mediaType) => {
  expect(mediaTypeContradicts(mediaType, 'jpeg')).toBe(true);
});

it.each([
  ['image/png', 'png'],
  ['image/x-png', 'png'],
  ['image/apng', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['image/heic', 'webp'],
] as const)('takes "%s" over a %s', (mediaType, type) => {
  expect(mediaTypeContradicts(mediaType, type)).toBe(false);
});
